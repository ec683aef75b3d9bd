//! Integration tests that need no window: one module a stage, data files beside it in `tests/`.
