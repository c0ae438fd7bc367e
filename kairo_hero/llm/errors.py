"""How asking a model can end without an answer. Whoever asks catches ModelError, and goes on without a model."""


class ModelError(Exception):
    """No answer could be had of the model. `error_type` is the ledger's short name for the reason."""

    error_type = "error"

    def __init__(self, message: str, error_type: str | None = None) -> None:
        super().__init__(message)
        self.error_type = error_type or type(self).error_type


class ModelsDisabled(ModelError):
    """Models may not be called here."""

    error_type = "disabled"


class BudgetExceeded(ModelError):
    """The request could cost more than its budget has left. Nothing was asked, and nothing paid."""

    error_type = "budget_exceeded"


class ModelUnavailable(ModelError):
    """The endpoint did not answer, or with nothing that is an answer, for as long as it was tried."""

    error_type = "unavailable"


class ModelKeyRejected(ModelError):
    """The endpoint does not take the key."""

    error_type = "key_rejected"


class ModelQuotaExhausted(ModelError):
    """The account behind the key has nothing left to spend."""

    error_type = "quota_exhausted"


class ModelRequestRejected(ModelError):
    """The endpoint will not take the request as it is: an unknown model, a prompt too long, an option it hasn't."""

    error_type = "request_rejected"


class ModelRefused(ModelError):
    """The model declined to answer, or its provider withheld the answer."""

    error_type = "refused"


class ModelAnswerInvalid(ModelError):
    """The model answered, and not what was asked for; the repair turn, where there was one, included."""

    error_type = "answer_invalid"
