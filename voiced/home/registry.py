"""What Home Assistant's registries say of what it exposes to Assist: names, rooms, floors, aliases. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from voiced.core.home import Entity
from voiced.home.risk import is_risky

ASSISTANT = "conversation"
"""What Home Assistant calls Assist where it keeps what is exposed to whom."""


class _Row(Struct, frozen=True):
    """What is of use of a row of a registry."""


class Area(_Row, frozen=True):
    """A room."""

    area_id: str
    name: str
    floor_id: str | None = None


class Floor(_Row, frozen=True):
    """A storey."""

    floor_id: str
    name: str


class DeviceRow(_Row, frozen=True):
    """A device, which may have many entities."""

    id: str
    area_id: str | None = None


class EntityRow(_Row, frozen=True):
    """An entity."""

    entity_id: str
    name: str | None = None
    original_name: str | None = None
    area_id: str | None = None
    device_id: str | None = None
    device_class: str | None = None
    original_device_class: str | None = None
    hidden_by: str | None = None
    aliases: list[str] = []


class Exposed(_Row, frozen=True):
    """What is exposed to whom, by entity."""

    exposed_entities: dict[str, dict[str, bool]]

    def ids(self) -> list[str]:
        """What is exposed to Assist."""
        return sorted(id_ for id_, assistants in self.exposed_entities.items() if assistants.get(ASSISTANT))


class Registry:
    """All of it.

    Args:
        exposed: ids of what is exposed.
        rows: of the entities that have one, by id; some have none.
        areas: all rooms.
        floors: all storeys.
        devices: all devices.
        risky: see `home.risky` in the configuration.
    """

    def __init__(
        self,
        exposed: Iterable[str],
        rows: Mapping[str, EntityRow | None],
        areas: Iterable[Area],
        floors: Iterable[Floor],
        devices: Iterable[DeviceRow],
        risky: list[str],
    ) -> None:
        self._areas = {area.area_id: area for area in areas}
        self._floors = {floor.floor_id: floor.name for floor in floors}
        self._devices = {device.id: device for device in devices}
        self._rows = {id_: row for id_, row in rows.items() if row}
        self._risky = risky
        self.ids = frozenset(id_ for id_ in exposed if not ((row := self._rows.get(id_)) and row.hidden_by))

    def entity(self, id_: str, state: str, attributes: dict[str, Any]) -> Entity:
        """A thing with its state and attributes."""
        row = self._rows.get(id_) or EntityRow(id_)
        device = self._devices.get(row.device_id or "")
        area = self._areas.get(row.area_id or (device and device.area_id) or "")
        kind = row.device_class or row.original_device_class or _text(attributes, "device_class")
        given = _text(attributes, "friendly_name") or row.name or row.original_name
        name = given or id_.partition(".")[2].replace("_", " ")
        return Entity(
            id=id_,
            name=name,
            area=area.name if area else "",
            aliases=tuple(row.aliases),
            kind=kind,
            state=state,
            attributes=attributes,
            risky=is_risky(id_, kind, (name, row.original_name or "", *row.aliases), self._risky),
            floor=self._floors.get((area and area.floor_id) or "", ""),
        )


def _text(attributes: dict[str, Any], name: str) -> str:
    told = attributes.get(name)
    return told if isinstance(told, str) else ""
