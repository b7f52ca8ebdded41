"""The circuit breaker against a plain model, on a clock of its own."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from voiced.engines.circuit import Circuit, CircuitState

OUTCOMES = st.lists(st.sampled_from(["succeed", "fail", "fail", "fail", "abandon"]), min_size=1, max_size=12)


class CircuitMachine(RuleBasedStateMachine):
    """The model: failures in a row, how often it was opened in a row, and when the last time."""

    def __init__(self) -> None:
        super().__init__()
        self.time = 100.0
        self.circuit = Circuit(lambda: self.time)
        self.in_a_row = self.opened = 0
        self.opened_at = 0.0
        self.under_way = False

    def over(self) -> bool:
        return self.time >= self.opened_at + min(60, 2 ** (self.opened - 1))

    @rule(seconds=st.sampled_from([0.0, 0.25, 0.999, 1.0, 2.0, 10.0, 59.0, 60.0]))
    def wait(self, seconds):
        self.time += seconds

    @rule()
    def begin(self):
        self.circuit.begin()
        self.under_way = True

    @rule(outcomes=OUTCOMES)
    def end(self, outcomes):
        for outcome in outcomes:
            getattr(self.circuit, outcome)()
            self.under_way = False
            if outcome == "succeed":
                self.in_a_row = self.opened = 0
            if outcome == "fail":
                self.in_a_row += 1
                if self.in_a_row >= 3 and (not self.opened or self.over()):
                    self.opened, self.opened_at = self.opened + 1, self.time

    @invariant()
    def lets_through_what_it_should(self):
        shut = CircuitState.HALF_OPEN if self.over() else CircuitState.OPEN
        state = shut if self.opened else CircuitState.CLOSED
        assert self.circuit.state is state
        once = state is CircuitState.HALF_OPEN and not self.under_way
        assert self.circuit.allows() is (state is CircuitState.CLOSED or once)
        if state is CircuitState.OPEN:
            assert self.time < self.circuit.due <= self.time + 60
        else:
            assert self.circuit.due <= self.time


TestCircuit = CircuitMachine.TestCase


def test_pauses_double_up_to_a_minute():
    time = [0.0]
    circuit = Circuit(lambda: time[0])
    pauses = []
    for _ in range(3):
        circuit.fail()
    for _ in range(8):
        pauses.append(circuit.due - time[0])
        time[0] = circuit.due
        circuit.fail()
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    circuit.succeed()
    for _ in range(3):
        circuit.fail()
    assert circuit.due - time[0] == 1
