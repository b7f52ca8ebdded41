"""What is told of receipts: "done" is only what the thing itself shows. Pure."""

from voiced.core.home import Outcome, Receipt

_CONTRARY = {
    "turn_on": {"off"},
    "turn_off": {"on"},
    "open_cover": {"closed", "closing"},
    "close_cover": {"open", "opening"},
    "lock": {"unlocked", "unlocking", "jammed", "open"},
    "unlock": {"locked", "locking", "jammed"},
}


def outcome(receipt: Receipt) -> Outcome:
    """How it ended: "done" only if the thing itself was observed, and not in the contrary state."""
    if receipt.outcome not in ("done", "unchanged"):
        return receipt.outcome
    seen = receipt.entity
    contrary = _CONTRARY.get(receipt.action.service, set[str]())
    if seen is None or seen.id != receipt.action.entity or seen.state in contrary:
        return "unobserved"
    return receipt.outcome


def noted(receipt: Receipt) -> dict[str, object]:
    """A receipt, as it is kept with the turn."""
    action, seen = receipt.action, receipt.entity
    noted = {"entity": action.entity, "service": action.service, "values": action.values, "outcome": outcome(receipt)}
    return {**noted, "state": seen.state if seen else "", "problem": receipt.problem}
