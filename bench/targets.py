"""What each figure should be: the numbers behind `docs/numbers.md` and the verdicts of `bench/run`."""

from msgspec import Struct


class Target(Struct, frozen=True):
    """One figure of one bench, and its bound.

    Attributes:
        id: as the list of targets calls it.
        what: in words.
        bench: the bench's name.
        path: where its figure stands in the bench's JSON, with dots.
        bound: the figure must not be above it, or below it where `least`.
        unit: of both.
        least: the bound is the least that is wanted.
        sanity: it bounds a time on a quiet machine; a busy one may miss it.
    """

    id: str
    what: str
    bench: str
    path: str
    bound: float
    unit: str = "ms"
    least: bool = False
    sanity: bool = False


TARGETS = (
    Target("P1", "end of speech to first audio, p50", "turns", "first_audio_ms.p50", 300, sanity=True),
    Target("P1", "end of speech to first audio, p95", "turns", "first_audio_ms.p95", 450, sanity=True),
    Target("P1", "faster than the same engines chained", "turns", "faster.bad_end", 2.4, "×", least=True),
    Target("P1", "the same with Whisper and Piper, p50", "full_turns", "command.first_audio_ms.p50", 300, sanity=True),
    Target("P1", "faster than Whisper and Piper chained", "full_turns", "command.faster.bad_end", 5, "×", least=True),
    Target("P2", "a language model's answer, p50", "full_turns", "question.first_audio_ms.p50", 800, sanity=True),
    Target("P2", "faster than the same engines chained", "full_turns", "question.faster.bad_end", 4, "×", least=True),
    Target("P3", "a turn besides its engines, p99", "overhead", "ours_ms.p99", 5, sanity=True),
    Target("P3", "share of a Wyoming chain's", "overhead", "share_of_peer.bad_end", 1.0, "×"),
    Target("routing", "telling what a sentence means, p99", "routing", "ours_ms.p99", 5, sanity=True),
    Target("routing", "faster than hassil alone", "routing", "faster.bad_end", 1.0, "×", least=True),
    Target("home", "“done” that was not so", "home", "talks.false_done", 0, "times"),
    Target("home", "things that nobody meant", "home", "talks.wrong_share", 0.01, "share"),
    Target("home", "risky actions without a yes", "home", "talks.unconfirmed", 0, "times"),
    Target("home", "actions from questions", "home", "talks.from_questions", 0, "times"),
    Target("P4", "event loop late while all engines work, p99", "loop", "busy_ms.p99", 5, sanity=True),
    Target("P4", "event loop late while all engines work, max", "loop", "busy_ms.max", 25, sanity=True),
    Target("P5", "listening in quiet", "idle", "quiet.ours_percent", 1, "% of a core", sanity=True),
    Target("P5", "listening in continuous speech", "idle", "speech.ours_percent", 2, "% of a core", sanity=True),
    Target("P5", "share of openWakeWord's loop, quiet", "idle", "quiet.share_of_peer.bad_end", 0.25, "×"),
    Target("P5", "share of openWakeWord's loop, speech", "idle", "speech.share_of_peer.bad_end", 0.25, "×"),
    Target("P7", "four wake words for the price of one, speech", "wake", "cost.speech.four_by_one.bad_end", 2.5, "×"),
    Target("P8", "end of a complete command, p50", "endpoint", "complete.p50_s", 0.25, "s"),
    Target("P8", "end of a complete command, p90", "endpoint", "complete.p90_s", 0.35, "s"),
    Target("P8", "end of hesitant speech, p90", "endpoint", "hesitant.p90_s", 0.7, "s"),
    Target("P8", "hesitant speech cut off", "endpoint", "hesitant.cut_off", 0.05, "share"),
    Target("P8", "end of a single word, longest", "endpoint", "short.max_s", 1.0, "s"),
    Target(
        "P10",
        "first token after 400 cached ones, by the 15 new ones",
        "first_token",
        "share_of_suffix.bad_end",
        1.15,
        "×",
    ),
    Target("P10", "faster than uncached", "first_token", "faster_than_uncached.bad_end", 8, "×", least=True),
    Target("P10", "state of 400 tokens restored, p50", "first_token", "restored_ms.p50", 50, sanity=True),
    Target("P11", "model stopped in a prompt, max", "first_token", "stopped_ms.prompt.max", 50, sanity=True),
    Target("P11", "model stopped in an answer, max", "first_token", "stopped_ms.answer.max", 50, sanity=True),
    Target("P9", "Whisper's words after the end, p50", "stt_tail", "hit.ours_ms.p50", 100, sanity=True),
    Target("P9", "faster than pywhispercpp as usual", "stt_tail", "mixed.faster.bad_end", 6, "×", least=True),
    Target("P11", "speaker silent after an interruption, p95", "barge_in", "silent_ms.p95", 50, sanity=True),
    Target("P11", "language model stopped, p95", "barge_in", "model_ms.p95", 50, sanity=True),
    Target("P11", "recogniser free again, p95", "barge_in", "recogniser_ms.p95", 250, sanity=True),
    Target("P12", "first sound of a phrase said before, p50", "first_sound", "cached_ms.p50", 5, sanity=True),
    Target(
        "P12",
        "first sound of a new sentence, of Piper's own",
        "first_sound",
        "share_of_peer.one_thread.bad_end",
        0.35,
        "×",
    ),
    Target("P12", "gaps in new sentences", "first_sound", "underruns", 0, "times"),
    Target("P13", "fsyncs to keep a message", "messages", "writes.fsyncs_per_add", 1.1, "×"),
    Target("P13", "a hundred messages at once, p50", "messages", "writes.hundred_together_ms.p50", 30, sanity=True),
    Target("P13", "faster than one commit a row", "messages", "writes.faster.bad_end", 10, "×", least=True),
    Target("P14", "last 50 of a conversation at 1 M, p50", "messages", "reads.last_50_ms.p50", 0.1, sanity=True),
    Target("P14", "last 50 of a conversation at 1 M, p99", "messages", "reads.last_50_ms.p99", 1, sanity=True),
    Target("P14", "faster than sqlite3 as usual", "messages", "reads.faster.bad_end", 1.0, "×", least=True),
    Target("P15", "search by meaning among 10,000, p50", "search", "n10000.ours_ms.p50", 2, sanity=True),
    Target("P15", "search by meaning among 100,000, p50", "search", "n100000.ours_ms.p50", 15, sanity=True),
    Target("P15", "the same, encrypted", "search", "n100000.locked_ms.p50", 15, sanity=True),
    Target("P15", "of the true ten nearest of 10,000", "search", "n10000.recall", 0.99, "share", least=True),
    Target("P15", "of the true ten nearest of 100,000", "search", "n100000.recall", 0.99, "share", least=True),
    Target("", "a household's answers, MiniLM", "household", "minilm_both.recall_at_5", 0.9, "share", least=True),
    Target("P16", "1,000 messages, full text and vectors", "size", "with_vectors_mb", 2.5, "MB"),
    Target("", "a new conversation, p50", "messages", "writes.create_ms.p50", 2, sanity=True),
    Target("", "a message kept, p50", "messages", "writes.add_ms.p50", 3, sanity=True),
    Target("", "50 messages retrieved, p50", "messages", "writes.retrieve_ms.p50", 5, sanity=True),
    Target("", "100 messages in one call, p50", "messages", "writes.hundred_in_one_call_ms.p50", 1000, sanity=True),
    Target("P17", "memory of the tree, engines unloaded (PSS)", "start", "unloaded_pss_mb", 200, "MB"),
    Target("P17", "exec to READY, p50", "start", "ready_ms.p50", 800, sanity=True),
    Target("P17", "exec to wake-ready, p50", "start", "wake_ready_ms.p50", 1500, sanity=True),
    Target("P17", "wake-ready faster than `import openwakeword`", "start", "faster.bad_end", 1.0, "×", least=True),
    Target("P18", "round trip on the socket, p99", "control", "idle_ms.p99", 1, sanity=True),
    Target("P18", "the same while its engines work, p99", "control", "busy_ms.p99", 5, sanity=True),
    Target("P18", "command over MQTT to its state, p99", "control", "mqtt_ms.p99", 5, sanity=True),
    Target("P20", "a message kept, encrypted by plain", "encryption", "add.times_as_long.bad_end", 1.1, "×"),
    Target("P20", "last 50 at 1 M, encrypted by plain", "encryption", "last_50.times_as_long.bad_end", 1.1, "×"),
    Target("R7", "silently deaf for more than 2 s in a day", "deafness", "unnoticed_longer_than_2_s", 0, "times"),
    Target("R7", "silently deaf, longest", "deafness", "unnoticed_s.max", 2.0, "s"),
    Target("R24", "SIGTERM: not exit 0 within 2 s, or orphans", "stop", "bad", 0, "times"),
)
