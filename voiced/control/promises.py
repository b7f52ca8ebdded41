"""Routes about timers, alarms and reminders."""

from litestar import delete, get, post
from litestar.params import FromPath, JSONBody

from voiced.control.forms import Which
from voiced.control.requests import AnyRequest, Steered, asked, query
from voiced.core.errors import InputInvalid, NotFound
from voiced.core.ports.agenda import NewPromise, Pending
from voiced.core.ports.agent import Agent
from voiced.core.promises import Promise, Schedule, check_schedule


@get("/promises", opt=query(Which))
async def pending(agent: Steered, request: AnyRequest) -> list[Pending]:
    """Lists what is still to be kept, the next to ring first."""
    await agent.promises.ready()
    return [_pending(agent, promise) for promise in agent.promises.active(asked(request, Which).kind)]


@post("/promises")
async def add(agent: Steered, data: JSONBody[NewPromise]) -> Pending:
    """Promises something."""
    promises, name = agent.promises, data.name
    if data.schedule:
        check_schedule(data.schedule)
    match data:
        case NewPromise(kind="timer", seconds=float(seconds), schedule=None):
            made = await promises.start_timer(seconds, name)
        case NewPromise(kind="alarm", seconds=None, schedule=Schedule() as schedule):
            made = await promises.set_alarm(schedule, name)
        case NewPromise(kind="reminder", seconds=None, schedule=Schedule() as schedule) if name:
            made = await promises.remind(schedule, name)
        case NewPromise(kind="reminder", seconds=float(seconds), schedule=None) if name:
            made = await promises.remind_in(seconds, name)
        case _:
            hint = "A timer has seconds, an alarm a schedule, and a reminder a name and one of the two."
            raise InputInvalid(f"that makes no {data.kind}", hint=hint)
    return _pending(agent, made)


@delete("/promises/{promise:str}")
async def cancel(agent: Steered, promise: FromPath[str]) -> None:
    """Calls one off."""
    await agent.promises.ready()
    found = next((each for each in agent.promises.active() if each.id == promise), None)
    if found is None:
        raise NotFound(f"there is no timer, alarm or reminder {promise}")
    await agent.promises.cancel(found)


def _pending(agent: Agent, promise: Promise) -> Pending:
    values = {name: getattr(promise, name) for name in promise.__struct_fields__}
    return Pending(**values, remaining_s=agent.promises.remaining(promise))


ROUTES = [pending, add, cancel]
