//! Customs parameter codes: units and countries.
