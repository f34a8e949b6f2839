"""Finding the least of a smooth function of a few parameters to many digits, with numpy alone.

scipy's own searches call a BLAS of many threads for vectors of four numbers, and spend most of their time waiting for it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

STEP = 1e-4  # of a parameter's scale, for differences
ZERO = 2e-3  # of its scale: an even parameter below this is tried at 0
TRIES = 6
STEPS = 200
POLISH = 12
ENOUGH = 1e-7  # expected gain of a step at which the descent ends
FLAT = 1e-3
LONGEST = 2.0  # of a parameter's scale, in one step
Function = Callable[[np.ndarray], float]


def least(
    function: Function, start: np.ndarray, even: np.ndarray, scale: np.ndarray, careful: bool = True
) -> tuple[np.ndarray, float]:
    """Where the function is least, and its value there.

    `even` marks parameters in which it is symmetric around 0, like a standard deviation: 0 is flat there always, and whether
    it is the least or a saddle is tried out. `careful` goes on to all the digits there are.
    """
    at, function = start.astype(float), _defined(function)
    value = function(at)
    if not len(at) or math.isinf(value):
        return at, value
    for _ in range(TRIES):
        at, value = _descend(function, at, scale)
        at, value = _snap(function, at, value, even, scale)
        if careful:
            at, value = _newton(function, at, value, even, scale)
        up = _escape(function, at, value, even, scale)
        if up is None:
            break
        at = up
    return at, value


def _defined(function: Function) -> Function:
    """The function, infinite where its matrices have no factors."""

    def value(at: np.ndarray) -> float:
        try:
            return function(at)
        except np.linalg.LinAlgError:
            return math.inf

    return value


def gradient(function: Function, at: np.ndarray, scale: np.ndarray, free: np.ndarray) -> np.ndarray:
    """Central differences in the free parameters."""
    found = np.zeros(len(at))
    for place in free:
        step = np.zeros(len(at))
        step[place] = STEP * max(abs(at[place]), scale[place])
        found[place] = (function(at + step) - function(at - step)) / (2 * step[place])
    return found


def hessian(function: Function, at: np.ndarray, scale: np.ndarray, free: np.ndarray, step: float = 1e-3) -> np.ndarray:
    """Second differences in the free parameters."""
    sizes = [step * max(abs(at[place]), scale[place]) for place in free]
    middle = function(at)
    made = np.empty((len(free), len(free)))

    def value(*moves: tuple[int, float]) -> float:
        point = at.copy()
        for place, move in moves:
            point[free[place]] += move * sizes[place]
        return function(point)

    for i in range(len(free)):
        made[i, i] = (value((i, 1)) - 2 * middle + value((i, -1))) / sizes[i] ** 2
        for j in range(i):
            corners = value((i, 1), (j, 1)) - value((i, 1), (j, -1)) - value((i, -1), (j, 1)) + value((i, -1), (j, -1))
            made[i, j] = made[j, i] = corners / (4 * sizes[i] * sizes[j])
    return made


def _sloped(function: Function, at: np.ndarray, value: float, scale: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First and second differences, parameter by parameter."""
    slope, bend = np.empty(len(at)), np.empty(len(at))
    for place in range(len(at)):
        step = np.zeros(len(at))
        size = step[place] = STEP * max(abs(at[place]), scale[place])
        up, down = function(at + step), function(at - step)
        slope[place], bend[place] = (up - down) / (2 * size), (up - 2 * value + down) / size**2
    return slope, bend


def _descend(function: Function, at: np.ndarray, scale: np.ndarray) -> tuple[np.ndarray, float]:
    """Quasi-Newton steps (BFGS) from the curvature at the start on; a step is halved until it goes down."""
    value = function(at)
    slope, bend = _sloped(function, at, value, scale)
    inverse = np.diag(np.where(bend > FLAT / scale**2, 1 / np.maximum(bend, FLAT / scale**2), scale**2))
    for _ in range(STEPS):
        step = -inverse @ slope
        gain = -float(step @ slope)
        if gain < 0:
            inverse = np.diag(scale**2)
            step, gain = -inverse @ slope, float(slope @ inverse @ slope)
        if gain < ENOUGH:
            break
        step *= min(1.0, LONGEST / max(float(np.abs(step / np.maximum(np.abs(at), scale)).max()), 1e-300))
        size = 1.0
        while size > 1e-6:
            point = at + size * step
            there = function(point)
            if there < value - 1e-4 * size * gain:
                break
            size /= 2
        else:
            break
        after, _ = _sloped(function, point, there, scale)
        moved, turned = point - at, after - slope
        at, value, slope = point, there, after
        product = float(moved @ turned)
        if product > 1e-12:
            left = np.eye(len(at)) - np.outer(moved, turned) / product
            inverse = left @ inverse @ left.T + np.outer(moved, moved) / product
    return at, value


def _snap(function: Function, at: np.ndarray, value: float, even: np.ndarray, scale: np.ndarray) -> tuple[np.ndarray, float]:
    for place in np.flatnonzero(even & (np.abs(at) < ZERO * scale) & (at != 0)):
        point = at.copy()
        point[place] = 0.0
        there = function(point)
        if there <= value + 1e-9:
            at, value = point, there
    return at, value


def _newton(function: Function, at: np.ndarray, value: float, even: np.ndarray, scale: np.ndarray) -> tuple[np.ndarray, float]:
    """Newton's steps in the parameters that are not at 0: from a few digits to all of them."""
    free = np.flatnonzero(~even | (at != 0))
    if not len(free):
        return at, value
    curve = hessian(function, at, scale, free)
    if np.linalg.eigvalsh(curve).min() <= 0:
        return at, value
    for _ in range(POLISH):
        slope = gradient(function, at, scale, free)[free]
        step = np.zeros(len(at))
        step[free] = -np.linalg.solve(curve, slope)
        point = at + step
        there = function(point)
        if there > value + 1e-9 * max(1.0, abs(value)) * 1e-3:
            break
        at, value = point, min(there, value)
        if (np.abs(step) <= 1e-9 * np.maximum(np.abs(at), scale)).all():
            break
    return at, value


def _escape(function: Function, at: np.ndarray, value: float, even: np.ndarray, scale: np.ndarray) -> np.ndarray | None:
    """A lower point off the border, if 0 was a saddle."""
    for place in np.flatnonzero(even & (at == 0)):
        for size in (0.02, 0.2, 1.0):
            point = at.copy()
            point[place] = size * scale[place]
            if function(point) < value - 1e-7:
                return point
    return None
