"""What turns take, what it costs, and how much of a budget is left: pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from math import fsum
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from voiced.core.config_keeping import PriceConfig
from voiced.core.errors import BudgetSpent
from voiced.core.history import Count, Id, Moment, Name

By = Literal["day", "model", "conversation", "key"]
Amount = Annotated[float, Meta(ge=0, le=1e12)]
PRICED = 1_000_000
"""Tokens that a price is for."""


class Figures(Struct, frozen=True, kw_only=True):
    """What was taken.

    Attributes:
        tokens_in: tokens of prompts.
        tokens_cached: those of them that did not have to be evaluated.
        tokens_out: tokens of answers.
        heard_s: seconds of speech that were listened to.
        spoken_s: seconds of speech that were made.
        inference_s: seconds that language models were waited for.
        cost: in the currency of the prices.
    """

    tokens_in: Count = 0
    tokens_cached: Count = 0
    tokens_out: Count = 0
    heard_s: Amount = 0.0
    spoken_s: Amount = 0.0
    inference_s: Amount = 0.0
    cost: Amount = 0.0


FIGURES = Figures.__struct_fields__
COUNTS, AMOUNTS = FIGURES[:3], FIGURES[3:]


class Use(Figures, frozen=True, kw_only=True):
    """What one turn took.

    Attributes:
        id: made before it is written.
        at: when, in seconds since 1970 (UTC).
        turn: which turn.
        model: the language model that was asked; None: none was.
        conversation: in which conversation.
        key: the id of the key with which it was asked; None: without one.
    """

    id: Id
    at: Moment
    turn: Name | None = None
    model: Name | None = None
    conversation: Name | None = None
    key: Name | None = None


class Sum(Figures, frozen=True, kw_only=True):
    """What turns took that have something in common.

    Attributes:
        name: what it is; empty for what has none.
        turns: how many.
    """

    name: str
    turns: int


class Limit(Struct, frozen=True, kw_only=True):
    """A budget, and how far it is spent.

    Attributes:
        name: its setting, such as cost_per_day; of a key's: tokens_per_day, requests_per_day.
        limit: what may be spent.
        spent: what was.
        until: when it begins anew, in seconds since 1970 (UTC).
        key: whose it is; None: everybody's.
    """

    name: str
    limit: float
    spent: float
    until: float
    key: str | None = None


def day(now: datetime, days: int = 0) -> datetime:
    """The beginning of a local day, which may be longer or shorter than others.

    Args:
        now: a moment of the day, with its zone.
        days: so many days later.
    """
    return datetime.combine(now.date() + timedelta(days), time.min, now.tzinfo)


def month(now: datetime, months: int = 0) -> datetime:
    """The beginning of a local month, so many months later."""
    years, index = divmod(now.month - 1 + months, 12)
    return day(now).replace(year=now.year + years, month=index + 1, day=1)


def cost(use: Use, prices: Mapping[str, PriceConfig]) -> float:
    """What a turn costs; nothing for a model that has no price."""
    price = prices.get(use.model or "")
    if price is None:
        return 0.0
    return (use.tokens_in * price.tokens_in + use.tokens_out * price.tokens_out) / PRICED


def total(name: str, sums: Sequence[Sum]) -> Sum:
    """The sum of some sums."""
    figures: dict[str, Any] = {each: fsum(getattr(one, each) for one in sums) for each in AMOUNTS}
    figures |= {each: sum(getattr(one, each) for one in sums) for each in ("turns", *COUNTS)}
    return Sum(name=name, **figures)


def check_limits(limits: Iterable[Limit], key: str | None, now: float) -> None:
    """Looks whether something is left of all that counts for whoever asks.

    Args:
        limits: as they are now.
        key: with which key; None: without one.
        now: seconds since 1970 (UTC).

    Raises:
        BudgetSpent: one of them is spent.
    """
    for each in limits:
        if each.key in (None, key) and each.spent >= each.limit:
            whose = f"of the key {each.key} " if each.key else ""
            spent = f"the budget {each.name} {whose}is spent: {each.spent:g} of {each.limit:g}"
            raise BudgetSpent(spent, wait_s=max(0.0, each.until - now))
