"""What entities are called in other languages than English: Home Assistant translates no names that a broker tells."""

from collections.abc import Mapping

DEVICE = "device"
"""The key of the device's own name, with its room in it."""
NAMES: Mapping[str, Mapping[str, str]] = {
    "de": {
        DEVICE: "Sprachassistent {room}",
        "conversation": "Im Gespräch",
        "mute": "Stumm",
        "volume": "Lautstärke",
        "do_not_disturb": "Nicht stören",
        "wake_word": "Aktivierungswort",
        "follow_up": "Antworten ohne Aktivierungswort",
        "sensitivity": "Empfindlichkeit für das Aktivierungswort",
        "next_timer": "Nächster Timer",
        "active_timers": "Laufende Timer",
        "microphone_problem": "Mikrofon",
        "degraded": "Eingeschränkt",
        "uptime": "Läuft seit",
        "latency_p50": "Antwortzeit",
        "latency_p95": "Antwortzeit der langsamsten",
        "route": "Letzte Antwort von",
        "model": "Sprachmodell",
        "postponed": "Wartet",
        "temperature": "Temperatur",
        "processor": "Prozessor",
        "memory": "Arbeitsspeicher",
        "turn": "Gespräch",
        "button": "Taste",
        "timer": "Timer",
        "announce": "Durchsage",
        "stop": "Stopp",
        "forget_last": "Zuletzt Gesagtes vergessen",
        "restart_audio": "Ton neu starten",
        "listen": "Zuhören",
        "ask": "Fragen",
    }
}
