"""All providers asked at once, and one answer. Implements `core.ports.search.Search`."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import msgspec

from voiced.core.config import PrivacyConfig
from voiced.core.config_search import SearchConfig
from voiced.core.errors import SearchFailed, StoreFailed
from voiced.core.history import Privacy
from voiced.core.ports.answers import Answers, answer_key
from voiced.core.ports.search import Provider, Where
from voiced.core.privacy import allowed
from voiced.core.search import Findings, Result

RANK = 60
"""What a rank counts less, the larger it is. Source: Cormack et al., Reciprocal Rank Fusion (2009)."""
_results = msgspec.json.Decoder(list[Result])


class UnifiedSearch:
    """Asks all providers.

    Args:
        providers: of results that are equally good, those of the first one come first.
        config: how long, and how many.
        policy: what may be looked up on the web.
        privacy_of: tells how private some words are.
        answers: keeps what the web answered.
    """

    def __init__(
        self,
        providers: Sequence[Provider],
        config: SearchConfig,
        policy: PrivacyConfig,
        privacy_of: Callable[[str], Privacy],
        answers: Answers,
    ) -> None:
        self._providers = providers
        self._config = config
        self._policy = policy
        self._privacy_of = privacy_of
        self._answers = answers

    @property
    def web(self) -> bool:
        """See `Search`."""
        return any(provider.web for provider in self._providers)

    async def search(self, words: str, where: Where = "everywhere", limit: int | None = None) -> Findings:
        """See `Search`."""
        limit = limit or self._config.results
        privacy = self._privacy_of(words)
        wanted = [each for each in self._providers if where == "everywhere" or each.web == (where == "web")]
        discreet = allowed(self._policy, privacy, "search")
        asked = [each for each in wanted if discreet or not each.web]
        found = await asyncio.gather(*(self._ask(each, words, limit, privacy) for each in asked))
        results = {each.name: answer for each, answer in zip(asked, found, strict=True) if isinstance(answer, list)}
        failed = {each.name: answer for each, answer in zip(asked, found, strict=True) if isinstance(answer, str)}
        withheld = "too private" if len(asked) < len(wanted) else "" if wanted else "nothing is enabled"
        return Findings(merged(results)[:limit], failed, withheld)

    async def _ask(self, provider: Provider, words: str, limit: int, privacy: Privacy) -> list[Result] | str:
        """What a provider finds, or why it finds nothing."""
        try:
            async with asyncio.timeout(self._config.deadline_s):
                if not provider.web or not self._config.keep_s:
                    return await provider.search(words, limit)
                return await self._kept(provider, words, limit, privacy)
        except TimeoutError:
            return f"it took longer than {self._config.deadline_s:g} s"
        except SearchFailed as error:
            return error.message

    async def _kept(self, provider: Provider, words: str, limit: int, privacy: Privacy) -> list[Result]:
        """What the provider answered lately, or does now. A cache that cannot be used is none."""
        key = answer_key("search", provider.name, provider.origin, " ".join(words.casefold().split()), limit)
        with suppress(StoreFailed, msgspec.MsgspecError):
            if kept := await self._answers.get(key):
                return _results.decode(kept)
        found = await provider.search(words, limit)
        if found:
            content = msgspec.json.encode(found).decode()
            with suppress(StoreFailed):
                await self._answers.put(key, content, seconds=self._config.keep_s, privacy=privacy)
        return found

    async def close(self) -> None:
        """Lets go of all connections."""
        await asyncio.gather(*(provider.close() for provider in self._providers))


def merged(found: Mapping[str, Sequence[Result]]) -> list[Result]:
    """Several rankings as one: what several have found comes first. Of one page, what was found best is told."""
    scores: defaultdict[str, float] = defaultdict(float)
    best: dict[str, tuple[int, Result]] = {}
    for results in found.values():
        seen: set[str] = set()
        for rank, result in enumerate(results, 1):
            place = _place(result)
            if place not in seen:  # Who lists a page twice does not make it better.
                seen.add(place)
                scores[place] += 1 / (RANK + rank)
                best[place] = min(best.get(place, (rank, result)), (rank, result), key=lambda each: each[0])
    return [best[place][1] for place in sorted(best, key=lambda place: -scores[place])]


def _place(result: Result) -> str:
    """What tells pages apart: not the scheme, a www, or a slash at the end."""
    address = result.source.reference
    if result.source.kind != "web":
        return address
    return address.partition("://")[2].removeprefix("www.").rstrip("/").casefold()
