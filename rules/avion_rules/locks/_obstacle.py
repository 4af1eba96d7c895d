"""What stands in the way of a statement that must run on its own, outside any transaction."""

from __future__ import annotations

from avion_lint.enumeration import Enum
from avion_lint.runners.migration import Runner
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement


class Obstacle(Enum):
    """Why the server refuses it: where the transaction comes from."""

    BLOCK = "block"
    OWN_TRANSACTION = "own transaction"
    RUNNER_TRANSACTION = "runner transaction"
    SHARED_CHUNK = "shared chunk"


def obstacle(statement: Statement, action: a.Action) -> Obstacle | None:
    """Find what stands in the way, None where the statement can run."""
    if statement.within_block(action):
        return Obstacle.BLOCK
    if statement.session.runner_transaction:
        return Obstacle.RUNNER_TRANSACTION
    if statement.session.own_transaction:
        return Obstacle.OWN_TRANSACTION
    if statement.shares_chunk:
        return Obstacle.SHARED_CHUNK
    return None


def because(statement: Statement, found: Obstacle) -> str:
    """Say where the transaction comes from, to follow "and"."""
    match found:
        case Obstacle.BLOCK:
            return "a DO block runs within one"
        case Obstacle.OWN_TRANSACTION:
            return "this file has opened one with BEGIN"
        case Obstacle.SHARED_CHUNK:
            return "statements that are sent together run as one"
        case Obstacle.RUNNER_TRANSACTION:
            runner = "goose" if statement.service.runner is Runner.GOOSE else "Flyway"
            return f"{runner} runs this file in one"
