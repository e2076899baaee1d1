"""Files larger than memory: labels, vectors, translations and scores, shard by shard, on one machine or a cluster."""

from keras_i18n.bulk.evaluating import evaluate
from keras_i18n.bulk.report import BulkReport, ShardFailure, ShardsFailedError
from keras_i18n.bulk.running import encode, predict, translate
from keras_i18n.bulk.tasks import task_of

__all__ = ["BulkReport", "ShardFailure", "ShardsFailedError", "encode", "evaluate", "predict", "task_of", "translate"]


def __dir__() -> list[str]:
    return sorted(__all__)
