//! Gathering the faults of one order.

use ports::fault::{Arg, Fault, Kind, Place, Text};
use ports::money::Yuan;
use ports::xiaohongshu::WireInteger;

use crate::order::faults;
use crate::order::line::MAX_FEN;

/// The faults of one order.
pub(super) struct Findings<'a> {
    pub(super) order_no: &'a str,
    pub(super) faults: Vec<Fault>,
}

impl Findings<'_> {
    pub(super) fn add(&mut self, kind: &'static Kind, path: &str) -> &mut Fault {
        self.faults.push(kind.at(Place::order(self.order_no, path)));
        let last = self.faults.len() - 1;
        &mut self.faults[last]
    }

    pub(super) fn say(&mut self, kind: &'static Kind, path: &str, args: &[(&'static str, String)]) {
        let args = args.iter().map(|(name, value)| (*name, Arg::from(value.clone())));
        self.add(kind, path).args.extend(args);
    }

    pub(super) fn missing(&mut self, path: &str, zh: &'static str, en: &'static str) {
        self.add(&faults::MISSING, path).args.push(("what", Text { zh, en }.into()));
    }

    pub(super) fn fen(&mut self, path: &str, amount: WireInteger) -> Yuan {
        let fen = amount.or_zero();
        if !(0..=MAX_FEN).contains(&fen) {
            self.say(&faults::BAD_NUMBER, path, &[("value", fen.to_string())]);
            return Yuan::ZERO;
        }
        Yuan::from_fen(fen)
    }
}
