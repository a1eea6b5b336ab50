//! Reading back what the platform has.

use std::ops::ControlFlow;

use ports::fault::Fault;
use ports::platform::{FilingTarget, ItemCustoms, KnownCustoms};
use ports::store::StoreError;

use super::pace::Called;
use super::plan::{Call, Plan};
use super::{Sync, faults, ledger};
use crate::barcode::Barcode;
use crate::book::Filter;
use crate::record::Filing;

impl Sync<'_> {
    /// Reads back every filing that was accepted as it stands in the book, at most as many as the limit. One of which the
    /// platform has something else is told, and sent again by the next run unless `look_only`.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read or written.
    pub fn verify(mut self, target: &dyn FilingTarget, look_only: bool) -> Result<Self, StoreError> {
        if self.summary.stopped {
            return Ok(self);
        }
        let mut accepted: Vec<(String, Barcode)> = Vec::new();
        let (book, bound) = (self.book, self.options.limit.unwrap_or(u64::MAX));
        book.each(&Filter::default(), &mut |filing| {
            accepted.push((filing.port.clone(), filing.barcode.clone()));
            ControlFlow::Continue(())
        })?;
        let total = u64::try_from(accepted.len()).unwrap_or(u64::MAX).min(bound);
        for (port, barcode) in &accepted {
            if self.summary.verified >= bound {
                break;
            }
            (self.options.progress)(self.summary.verified, total);
            if let Some(filing) = book.get(port, barcode)?
                && self.verify_one(&filing, target, look_only)?.is_break()
            {
                self.summary.stopped = true;
                break;
            }
        }
        Ok(self)
    }

    fn verify_one(
        &mut self,
        filing: &Filing,
        target: &dyn FilingTarget,
        look_only: bool,
    ) -> Result<ControlFlow<()>, StoreError> {
        let plan = Plan::of(filing, &self.options);
        let part = plan.parts.into_iter().find(|part| !matches!(part.call, Call::Spv(..)));
        let Some(part) = part else { return Ok(ControlFlow::Continue(())) };
        if !ledger::holds(self.store, &part.key, &part.hash)? {
            return Ok(ControlFlow::Continue(()));
        }
        let (Call::Item(item) | Call::OldItem(item, _)) = &part.call else {
            return Ok(ControlFlow::Continue(()));
        };
        let fault = match self.pace.call(|| target.get_customs_info(&item.barcode)) {
            Called::Accepted(known) => self.difference(filing, item, &known),
            Called::Refused { code, message } => {
                Some(faults::UNREADABLE.fault().with("reason", message).with("code", code))
            }
            Called::Stopped { reason } => {
                self.summary.faults.push(faults::STOPPED.fault().with("reason", reason));
                return Ok(ControlFlow::Break(()));
            }
        };
        self.summary.verified += 1;
        if let Some(fault) = fault {
            let is_other = [faults::MISSING.code, faults::DIFFERS.code].contains(&fault.code());
            self.summary.different += u64::from(is_other);
            if is_other && !look_only {
                ledger::forget(self.store, part.key)?;
            }
            let place = self.place(filing)?;
            self.summary.faults.push(fault.placed(place));
        }
        Ok(ControlFlow::Continue(()))
    }

    /// What differs. The platform names ports by words of more than one vocabulary; one that the catalogue does not know
    /// decides nothing.
    fn difference(&self, filing: &Filing, item: &ItemCustoms, known: &[KnownCustoms]) -> Option<Fault> {
        let port =
            |known: &KnownCustoms| self.options.catalogue.find(&known.customs_name).map(|port| port.name());
        if let Some(here) = known.iter().find(|known| port(known) == Some(filing.port.as_str())) {
            let differences = differences(item, here);
            return (!differences.is_empty())
                .then(|| faults::DIFFERS.fault().with("differences", differences.join("、")));
        }
        let unclear = known.iter().find(|known| port(known).is_none() && differences(item, known).is_empty());
        Some(match unclear {
            Some(known) => {
                faults::PORT_UNCLEAR.fault().with("found", &known.customs_name).with("port", &filing.port)
            }
            None => faults::MISSING.fault(),
        })
    }
}

fn differences(item: &ItemCustoms, known: &KnownCustoms) -> Vec<String> {
    let mut differences = Vec::new();
    let mut compare = |name: &str, ours: String, theirs: String| {
        if ours != theirs {
            differences.push(format!("{name} {theirs} ≠ {ours}"));
        }
    };
    compare("hs_code", item.hs_code.clone(), known.hs_code.clone());
    let shown = |quantity: rust_decimal::Decimal| quantity.normalize().to_string();
    compare("quantity1", shown(item.quantity1), shown(known.quantity1));
    compare("quantity2", shown(item.quantity2), shown(known.quantity2));
    differences
}
