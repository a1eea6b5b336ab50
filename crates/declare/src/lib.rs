//! Declarations (申报): orders become customs messages.
