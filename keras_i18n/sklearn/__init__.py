"""Text classifiers in scikit-learn's pipelines, grid searches and cross-validations; needs the extra `baseline`."""

try:
    from keras_i18n.sklearn.estimator import TextClassifierEstimator
except ImportError as error:
    if (error.name or "").partition(".")[0] != "sklearn":
        raise
    raise ImportError("scikit-learn is not installed: pip install keras_i18n[baseline].", name="sklearn") from error

__all__ = ["TextClassifierEstimator"]


def __dir__():
    return sorted(__all__)
