"""How long work takes on a real server is within what is said; the slow end is for slower disks than tests run on."""

import pytest

from tests.measure_rates import measured


@pytest.mark.slow
def test_work_takes_as_long_as_is_said(postgres):
    found = measured(postgres, 300_000)

    # Half the low end: on a fast machine with all in memory a table of 40 MB is read faster than a disk could.
    outside = [each for each in found if not each.said.low / 2 <= each.took <= each.said.high]
    assert outside == []
