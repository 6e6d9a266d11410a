"""Everything Regard refuses, as one tree. Each face has one handler for the root.

RegardError
├── InputError            400  what was handed in is wrong; the message says what to do
│   ├── SettingError           a setting cannot be used
│   ├── UnreadableFileError    a file is not what it claims, is broken, or breaks a limit
│   ├── AmbiguousError         two readings are possible and guessing would be wrong
│   └── MappingError           a source mapping does not fit the file or itself
├── AccessError           403  who asks may not
├── NotFoundError         404  there is no such thing
├── ConflictError         409  it is already otherwise
├── TooOftenError         429  asked too often; `retry_after` says for how many seconds to wait
├── UnreachableError      502  another machine cannot be reached or answers wrongly; try again
└── StoreError            503  a store is full, locked or away; try again
"""


class RegardError(Exception):
    """Base of all errors that a person may see. `message` says what happened, `hint` what to do next."""

    code = "error"
    http_status = 500

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class InputError(RegardError):
    code = "bad_input"
    http_status = 400


class SettingError(InputError):
    code = "bad_setting"


class UnreadableFileError(InputError):
    code = "unreadable_file"


class AmbiguousError(InputError):
    code = "ambiguous"


class MappingError(InputError):
    code = "bad_mapping"


class AccessError(RegardError):
    code = "not_allowed"
    http_status = 403


class NotFoundError(RegardError):
    code = "not_found"
    http_status = 404


class ConflictError(RegardError):
    code = "conflict"
    http_status = 409


class TooOftenError(RegardError):
    code = "too_often"
    http_status = 429

    def __init__(self, message: str, *, hint: str = "", retry_after: int) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class UnreachableError(RegardError):
    code = "unreachable"
    http_status = 502


class StoreError(RegardError):
    code = "store_unavailable"
    http_status = 503
