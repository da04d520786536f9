"""The recordings of the demonstration, one module for each, beside those for a source's wire format."""

from __future__ import annotations

from pathlib import Path

from .annual_pay import annual_pay
from .business_counts import business_counts
from .business_demography import business_demography
from .claimant_count import claimant_count
from .employment_rate import employment_rate
from .gigabit_coverage import gigabit_coverage
from .greenhouse_gases import greenhouse_gases
from .gross_value_added import gross_value_added
from .life_expectancy import life_expectancy
from .population import population, working_age
from .preventable_mortality import preventable_mortality
from .recorded_crime import recorded_crime
from .wellbeing import wellbeing

RECORDINGS = Path(__file__).resolve().parents[2] / "indicators" / "recordings"
RECORDED = (
    employment_rate,
    claimant_count,
    business_counts,
    population,
    working_age,
    preventable_mortality,
    life_expectancy,
    gross_value_added,
    business_demography,
    annual_pay,
    wellbeing,
    recorded_crime,
    greenhouse_gases,
    gigabit_coverage,
)

__all__ = ["RECORDED", "RECORDINGS"]
