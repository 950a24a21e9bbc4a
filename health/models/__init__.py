from health.models.feature import EventRole, EventType, Feature, FeatureKind
from health.models.judgement import AlertKind, HealthAlert, HealthDay, HealthOverride
from health.models.measure import Measure
from health.models.scorecard import HealthReference, Scorecard, ScorecardVersion

__all__ = [
    "AlertKind",
    "EventRole",
    "EventType",
    "Feature",
    "FeatureKind",
    "HealthAlert",
    "HealthDay",
    "HealthOverride",
    "HealthReference",
    "Measure",
    "Scorecard",
    "ScorecardVersion",
]
