"""Which records are of one person: probabilistic record linkage, without any store."""

from regard.know.linkage.clusters import label_components
from regard.know.linkage.linking import NAMES_ONLY, Linkage, link_records
from regard.know.linkage.model import Model, Thresholds

__all__ = ["NAMES_ONLY", "Linkage", "Model", "Thresholds", "label_components", "link_records"]
