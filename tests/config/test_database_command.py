"""`lianxin db distribute`: reference tables first, foreign keys back without deferral, and a clear no without Citus."""

from __future__ import annotations

import pytest

from lianxin.config.cli import main
from lianxin.config.commands.database import ForeignKey, placements
from lianxin.config.placements import CITUS_TABLES


def test_an_ordinary_database_is_told_what_to_do(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["db", "distribute"]) == 2
    assert "citus://" in capsys.readouterr().err


def test_every_placed_table_has_its_statement_reference_first() -> None:
    found = placements()
    kinds = ["reference" if "create_reference_table" in sql else "spread" for _, sql in found]
    assert kinds == sorted(kinds)
    assert {table for table, _ in found} >= {
        label.lower().replace(".", "_") for label in ("cases.Case", "organs.Organ")
    }
    assert len(found) >= len(CITUS_TABLES)
    assert ("cases_step", "SELECT create_distributed_table('cases_step', 'case_id')") in found


@pytest.mark.parametrize("tail", [" DEFERRABLE INITIALLY DEFERRED", " NOT DEFERRABLE", " deferrable", ""])
def test_a_foreign_key_comes_back_checked_at_once(tail: str) -> None:
    key = ForeignKey("k", "cases_step", f"FOREIGN KEY (case_id) REFERENCES cases_case(id){tail}")
    assert (
        key.add == 'ALTER TABLE cases_step ADD CONSTRAINT "k" FOREIGN KEY (case_id) REFERENCES cases_case(id)'
    )
    assert key.drop == 'ALTER TABLE cases_step DROP CONSTRAINT "k"'
