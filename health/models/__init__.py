from health.models.feature import EventRole, EventType, Feature, FeatureKind

__all__ = ["EventRole", "EventType", "Feature", "FeatureKind"]
