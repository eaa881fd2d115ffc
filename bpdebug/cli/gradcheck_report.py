"""What a gradient check found, as text and as JSON: what is wrong first, then what could not be checked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ..explain.explanation import element_name
from ..gradcheck import InputCheck, ParameterCheck, StepCheck, verdict_of
from ..text import clean, count_text, number
from ..timeline import Timeline

__all__ = ["Report"]


class Report:
    """Collects results of one run.

    Attributes:
        steps, parameters: the results.
    """

    def __init__(self, timeline: Timeline, target: str) -> None:
        self._timeline, self._target = timeline, target
        self.steps: list[StepCheck] = []
        self.parameters: list[ParameterCheck] = []

    def add(self, result: StepCheck | ParameterCheck) -> None:
        """Take in a result."""
        if isinstance(result, StepCheck):
            self.steps.append(result)
        else:
            self.parameters.append(result)

    @property
    def wrong(self) -> bool:
        """Whether a gradient is wrong."""
        verdicts = [step.verdict for step in self.steps] + [check.verdict for check in self.parameters]
        return verdict_of(verdicts) == "wrong"

    # ---- text -------------------------------------------------------------------------------------------------

    def lines(self) -> Iterator[str]:
        """The report; clean."""
        for step in self.steps:
            if step.verdict == "wrong":
                yield from self._wrong_step(step)
        for check in self.parameters:
            if check.verdict == "wrong":
                yield from self._wrong_parameter(check)
        for step in self.steps:
            for inside in step.inputs:
                if inside.verdict == "kink":
                    yield f"kink     {step.op} {_element(inside)} in {self._address(step.seq)}: {clean(inside.note)}"
        for step in self.steps:
            notes = (
                [step.note]
                if step.note
                else [f"{i.role}: {i.note}" for i in step.inputs if i.verdict == "skipped"]
            )
            for note in notes:
                yield f"skipped  {clean(step.op)} in {self._address(step.seq)}: {clean(note)}"
        for note in dict.fromkeys(check.note for check in self.parameters if check.verdict == "skipped"):
            names = [
                check.name for check in self.parameters if check.verdict == "skipped" and check.note == note
            ]
            yield f"skipped  {', '.join(map(clean, names))} from the loss: {clean(note)}"
        yield from self._summary()

    def _wrong_step(self, step: StepCheck) -> Iterator[str]:
        for inside in step.inputs:
            if inside.verdict != "wrong":
                continue
            values = ""
            if inside.expected is not None:
                values = f": expected {_number(inside.expected)}, found {_number(inside.found)}"
            yield f"WRONG    {clean(step.cls or step.op)} {_element(inside)}{values}"
            yield f"         in {self._address(step.seq)}{self._called(step.seq)}"
            if step.defined:
                yield f"         its backward is at {clean(step.defined)}"
            if inside.note:
                yield f"         {clean(inside.note)}"

    def _wrong_parameter(self, check: ParameterCheck) -> Iterator[str]:
        yield (
            f"WRONG    {clean(check.name)} from the loss: expected {_number(check.expected)},"
            f" found {_number(check.found)}, {clean(check.note)}"
        )
        if any(step.verdict == "wrong" for step in self.steps):
            return
        right, or_else = "every single step is right", ""
        if any(step.note or any(one.verdict == "skipped" for one in step.inputs) for step in self.steps):
            right, or_else = "every step that was checked is right", "one that was skipped is wrong, or "
        yield f"         {right}: {or_else}a gradient was cut off, left out or added twice"

    def _summary(self) -> Iterator[str]:
        ops = len({step.op for step in self.steps})
        checked = [step for step in self.steps if step.inputs and step.verdict != "skipped"]
        wrong = sum(step.verdict == "wrong" for step in self.steps)
        parts = [f"{count_text(len(checked), 'backward step')} of {count_text(ops, 'op')} checked"]
        parts.append(f"{wrong} wrong" if wrong else "all right" if checked else "nothing wrong found")
        whole = [check for check in self.parameters if check.verdict != "skipped"]
        if whole:
            bad = sum(check.verdict == "wrong" for check in whole)
            parts.append(
                f"{count_text(len(whole), 'parameter')} from the loss: {f'{bad} wrong' if bad else 'all right'}"
            )
        yield "; ".join(parts)

    def _address(self, seq: int) -> str:
        return self._timeline.moment(seq).address if 0 <= seq < len(self._timeline) else f"event {seq}"

    def _called(self, seq: int) -> str:
        frame = self._timeline.moment(seq).frame if 0 <= seq < len(self._timeline) else None
        return "" if frame is None else f"  at {clean(frame.text)}"

    # ---- JSON -------------------------------------------------------------------------------------------------

    def as_json(self) -> str:
        """One object: `verdict`, `steps`, `parameters`."""
        return json.dumps(
            {
                "target": self._target,
                "verdict": "wrong" if self.wrong else "right",
                "steps": [self._step_object(step) for step in self.steps],
                "parameters": [
                    {
                        "name": check.name,
                        "verdict": check.verdict,
                        "expected": check.expected,
                        "found": check.found,
                        "off": check.off,
                        "note": check.note or None,
                        "walk": self._address(check.seq),
                    }
                    for check in self.parameters
                ],
            }
        )

    def _step_object(self, step: StepCheck) -> dict[str, Any]:
        frame = self._timeline.moment(step.seq).frame if 0 <= step.seq < len(self._timeline) else None
        return {
            "address": self._address(step.seq),
            "op": step.op,
            "class": step.cls or None,
            "verdict": step.verdict,
            "file": None if frame is None else frame.path,
            "line": None if frame is None else frame.line,
            "backward_defined_at": step.defined or None,
            "note": step.note or None,
            "inputs": [
                {
                    "gradient": check.role,
                    "verdict": check.verdict,
                    "element": check.element,
                    "expected": check.expected,
                    "found": check.found,
                    "off": check.off,
                    "note": check.note or None,
                }
                for check in step.inputs
            ],
        }


def _element(check: InputCheck) -> str:
    return clean(check.role if check.element is None else element_name(check.role, check.element))


def _number(value: float | int | str | None) -> str:
    return value if isinstance(value, str) else number(value)
