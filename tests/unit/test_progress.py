"""What the ear learns of the words so far."""

import threading

from voiced.core.types import Completeness, Transcript
from voiced.turn.progress import Progress


def meaning(text):
    return Completeness.COMPLETE if text == "stop" else Completeness.UNFINISHED


def test_an_answer_that_is_there_is_given_at_once():
    progress = Progress(meaning, patience_s=60)
    progress.update(Transcript("stop", until=100))
    assert progress.completeness(100) is Completeness.COMPLETE


def test_the_ear_waits_for_the_recogniser():
    progress = Progress(meaning, patience_s=60)
    threading.Timer(0.01, progress.update, [Transcript("stop", until=100)]).start()
    assert progress.completeness(100) is Completeness.COMPLETE


def test_one_that_is_late_is_not_waited_for_again_in_the_same_utterance():
    progress = Progress(meaning, patience_s=0.001)
    assert progress.completeness(100) is Completeness.UNKNOWN
    progress.update(Transcript("stop", until=100))
    assert progress.completeness(100) is Completeness.COMPLETE, "what is there counts all the same"
    progress.begin()
    assert progress.completeness(100) is Completeness.UNKNOWN


def test_words_that_are_not_far_enough_do_not_count():
    progress = Progress(meaning, patience_s=0.001)
    progress.update(Transcript("stop", until=99))
    assert progress.completeness(100) is Completeness.UNKNOWN


def test_no_words_are_unknown():
    progress = Progress(meaning, patience_s=60)
    progress.update(Transcript("", until=100))
    assert progress.completeness(100) is Completeness.UNKNOWN
