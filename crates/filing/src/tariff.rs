//! The tariff: legal units and dated rates.
