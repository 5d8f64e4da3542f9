"""Reads the files of a layer: config.yaml with what it includes, or the pack's folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from tracker.config.compose import compose, compose_shipped, read_source, source_of
from tracker.config.meaning import read
from tracker.config.nodes import Keys, Source, Text
from tracker.config.report import Report, did_you_mean
from tracker.config.schema import ConfigPart, LayerPart, PackPart, SignalPart
from tracker.errors import ConfigError

_Part = TypeVar("_Part", LayerPart, PackPart, SignalPart)

_DEEPEST = 5
_MOST = 100
_AS_WRITTEN: Mapping[Path, bytes] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Pack:
    """The shipped definitions. order: of the signals, and so of the digest's sections."""

    name: str
    order: tuple[str, ...]
    layers: tuple[LayerPart, ...]
    signals: dict[str, SignalPart]

    def without_feeds(self) -> Pack:
        """`use: name/signals`: what to look for, but nowhere to look."""
        return replace(self, layers=tuple(layer.model_copy(update={"feeds": ()}) for layer in self.layers))


NO_PACK = Pack("none", (), (), {})


def read_config(
    path: Path, report: Report, instead: Mapping[Path, bytes] = _AS_WRITTEN
) -> tuple[ConfigPart, tuple[LayerPart, ...]]:
    """Read config.yaml and its includes, included files first. Raises ConfigError when it is broken.

    instead: what to read in the place of what stands on disk, by resolved path: an edit before it is made.
    """
    report.named.append(path)
    root = compose(_read(path, str(path), report, instead))
    config = read(ConfigPart, root, report)
    if config is None:
        report.check()
        config = ConfigPart()
    included = _Includes(report, path, instead).follow(config.include, path, 1)
    return config, (*included, config)


def config_files(path: Path) -> tuple[Path, ...]:
    """The files that a config names, itself first: broken ones, too, and those that are not there.

    Less than all where a file is so broken that its `include:` cannot be read.
    """
    report = Report()
    with suppress(ConfigError):
        read_config(path, report)
    return tuple(report.named)


def read_pack(folder: Path, report: Report) -> Pack:
    """Read the pack's folder. Its mistakes are reported like the user's."""
    pack = _part(PackPart, folder / "pack.yaml", folder, report)
    if pack is None:
        return NO_PACK
    layers = [_part(LayerPart, folder / name, folder, report) for name in ("terms.yaml", "entities.yaml")]
    if (folder / "feeds.yaml").exists():
        layers.append(_part(LayerPart, folder / "feeds.yaml", folder, report))
    signals = {
        key: _part(SignalPart, folder / "signals" / f"{key}.yaml", folder, report) for key in pack.signals
    }
    return Pack(
        pack.name,
        pack.signals,
        tuple(layer for layer in layers if layer is not None),
        {key: signal for key, signal in signals.items() if signal is not None},
    )


class _Includes:
    """Follows `include:` below one config; every file once, none outside the including file's folder."""

    def __init__(self, report: Report, main: Path, instead: Mapping[Path, bytes]) -> None:
        self._report = report
        self._instead = instead
        self._seen = {main.resolve(): str(main)}

    def follow(self, names: tuple[Text, ...], including: Path, depth: int) -> tuple[LayerPart, ...]:
        found: list[LayerPart] = []
        for name in names:
            path = self._admit(name, including, depth)
            part = self._part(path) if path is not None else None
            if path is not None and part is not None:
                found += [*self.follow(part.include, path, depth + 1), part]
        return tuple(found)

    def _part(self, path: Path) -> LayerPart | None:
        return _try(LayerPart, path, str(path), self._report, self._instead)

    def _admit(self, name: Text, including: Path, depth: int) -> Path | None:
        """The path to read, or None after saying why not."""
        folder = including.parent
        path = folder / name.text
        try:
            inside = path.resolve().is_relative_to(folder.resolve())
            exists = path.exists()
        except (OSError, RuntimeError):  # a name too long, a loop of links
            inside, exists = True, False
        if Path(name.text).is_absolute() or not inside:
            self._refuse(
                name,
                f"'{name.text[:80]}' is outside the folder of this file",
                "include files beside or below it",
            )
        elif not exists:
            self._report.named.append(path)
            beside = [entry.name for entry in folder.glob("*.yaml") if entry.name != including.name]
            self._refuse(name, f"there is no file '{name.text[:80]}'", did_you_mean(name.text, beside))
        elif path.resolve() in self._seen:
            self._refuse(name, f"'{name.text}' is included already", f"from {self._seen[path.resolve()]}")
        elif depth > _DEEPEST or len(self._seen) > _MOST:
            self._refuse(name, f"includes go deeper than {_DEEPEST} levels or are more than {_MOST} files")
        else:
            self._seen[path.resolve()] = str(including)
            self._report.named.append(path)
            return path
        return None

    def _refuse(self, name: Text, what: str, hint: str = "") -> None:
        self._report.left_out = True
        self._report.error(name.place, what, hint)


def _read(path: Path, name: str, report: Report, instead: Mapping[Path, bytes] = _AS_WRITTEN) -> Source:
    edited = instead.get(path.resolve()) if instead else None
    source = read_source(path, name) if edited is None else source_of(edited, path, name)
    report.read(source)
    return source


def _part(kind: type[_Part], path: Path, folder: Path, report: Report) -> _Part | None:
    """A file of the pack. It is told as seeds/…, wherever it was installed."""
    return _try(kind, path, f"seeds/{path.relative_to(folder)}", report, how=compose_shipped)


def _try(
    kind: type[_Part],
    path: Path,
    name: str,
    report: Report,
    instead: Mapping[Path, bytes] = _AS_WRITTEN,
    *,
    how: Callable[[Source], Keys] = compose,
) -> _Part | None:
    try:
        return read(kind, how(_read(path, name, report, instead)), report)
    except ConfigError as error:
        report.keep(error.problems)
        report.left_out = True
        return None
