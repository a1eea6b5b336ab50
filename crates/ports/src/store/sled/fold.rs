//! From memory into sled: what was written is frozen when there is enough of it, and goes into sled aside while new batches are
//! taken in. Much of it never has to: of a document that was written ten times meanwhile only the last state, of work that was
//! done meanwhile nothing at all.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use super::StoreError;
use super::account::Account;
use super::check::{Look, check};
use super::core::{Core, State};
use super::layout::ACCOUNT;
use super::overlay::Overlay;
use super::quiet::caught;
use super::writing::into_sled;
use crate::durable::sync_folder;

/// How much is kept beside sled before it goes there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Memory that documents may take before they are frozen; as much again may be on its way into sled.
    pub(super) memory: usize,
    /// How long the journal may grow when the same documents are written again and again.
    pub(super) journal: u64,
    /// From this size of its bodies on a batch goes into sled at once, so that it does not take the memory.
    pub(super) bulk: usize,
    /// The same for a batch of documents that are not written again soon: with them, keeping them in memory first would only be
    /// a detour. A small one takes it all the same, as going into sled at once first needs memory to be empty.
    pub(super) lasting: usize,
}

impl Limits {
    /// Some seconds' work of a busy run in memory: long enough that most of its short-lived records end there. And no more in
    /// the journals than an opening reads in a moment.
    pub(super) const USUAL: Self =
        Self { memory: 16 << 20, journal: 64 << 20, bulk: 8 << 20, lasting: 256 << 10 };

    /// From which size on a batch goes into sled at once.
    pub(super) fn bulk(&self, is_lasting: bool) -> usize {
        if is_lasting { self.lasting.min(self.bulk) } else { self.bulk }
    }
}

/// Documents that go into sled at once.
const AT_ONCE: usize = 256;

/// What is on its way into sled.
#[derive(Debug)]
pub(super) struct Frozen {
    pub(super) overlay: Overlay,
    /// The account of the store with all of it.
    account: Account,
    /// The files of the journal that hold its batches.
    journals: Vec<PathBuf>,
}

impl Core {
    /// Whether it is time to put documents into sled.
    pub(super) fn is_full(&self, state: &State) -> bool {
        state.active.bytes() > self.limits.memory || state.journal.length() > self.limits.journal
    }

    /// Sets aside what was written until now; whoever calls this sees to it that it is folded.
    pub(super) fn freeze(&self, state: &mut State) -> Result<(), StoreError> {
        let journals = state.journal.turn().map_err(|source| {
            let error = self.io(source);
            self.breaks(&error);
            error
        })?;
        let overlay = std::mem::take(&mut state.active);
        state.frozen = Some(Arc::new(Frozen { overlay, account: state.account, journals }));
        *self.folding.lock().map_err(|_| self.broke_off())? = true;
        Ok(())
    }

    /// Puts what is frozen into sled, on a thread of its own.
    pub(super) fn fold_aside(self: &Arc<Self>) {
        let core = Arc::clone(self);
        let aside = thread::Builder::new().name("sled-fold".to_owned()).spawn(move || core.fold_and_tell());
        if aside.is_err() {
            self.fold_and_tell();
        }
    }

    fn fold_and_tell(&self) {
        let folded =
            caught(|| self.fold()).unwrap_or_else(|| Err(self.damaged("a part of its files cannot be read")));
        if let Err(error) = folded {
            tracing::error!(%error, "what was written cannot go into sled");
            self.breaks(&error);
        }
        if let Ok(mut folding) = self.folding.lock() {
            *folding = false;
        }
        self.folded.notify_all();
    }

    /// Waits until nothing is on its way into sled.
    pub(super) fn wait_until_folded(&self) -> Result<(), StoreError> {
        let mut folding = self.folding.lock().map_err(|_| self.broke_off())?;
        while *folding {
            folding = self.folded.wait(folding).map_err(|_| self.broke_off())?;
        }
        self.refuse_when_broken()
    }

    fn fold(&self) -> Result<(), StoreError> {
        let frozen = self.state.read().map_err(|_| self.broke_off())?.frozen.clone();
        let Some(frozen) = frozen else { return Ok(()) };
        let mut account = self.account_in_sled()?;
        let mut slots = frozen.overlay.slots_to_fold().peekable();
        while slots.peek().is_some() {
            let mut batch = sled::Batch::default();
            for (key, slot, is_fresh) in slots.by_ref().take(AT_ONCE) {
                let old = if is_fresh { None } else { self.head_in_sled(key)? };
                if let Some(old) = &old {
                    account.leave(old.stamp);
                }
                if let Some(head) = slot.head() {
                    account.enter(head.stamp);
                }
                into_sled(&mut batch, key, old.as_ref(), slot);
            }
            // Its number stays until all is there: the journal is read again from there on.
            batch.insert(&[ACCOUNT], &account.write());
            self.db.apply_batch(batch).map_err(|error| self.fault(error))?;
        }
        account.number = frozen.account.number;
        if account != frozen.account {
            return Err(self.damaged("what was written does not come to what its account says"));
        }
        self.db.insert([ACCOUNT], &account.write()).map_err(|error| self.fault(error))?;
        self.sync_sled()?;
        self.state.write().map_err(|_| self.broke_off())?.frozen = None;
        for journal in &frozen.journals {
            fs::remove_file(journal).map_err(|source| self.io(source))?;
        }
        sync_folder(&self.dir).map_err(|source| self.io(source))
    }

    /// The account of what is in sled; its number is that of the last batch of which all is there.
    fn account_in_sled(&self) -> Result<Account, StoreError> {
        let value = self.db.get([ACCOUNT]).map_err(|error| self.fault(error))?;
        value
            .and_then(|value| Account::read(&value))
            .ok_or_else(|| self.damaged("its account is not readable"))
    }

    /// The account of what is in sled and in memory, counted anew.
    pub(super) fn counted(&self, state: &State, in_sled: Account) -> Result<Account, StoreError> {
        let mut account = in_sled;
        for (key, slot) in state.active.slots() {
            if let Some(old) = self.head_in_sled(key)? {
                account.leave(old.stamp);
            }
            if let Some(head) = slot.head() {
                account.enter(head.stamp);
            }
        }
        Ok(account)
    }

    /// Looks through everything, with no write in between.
    pub(super) fn verify(&self) -> Result<(), StoreError> {
        loop {
            self.wait_until_folded()?;
            let state = self.state.read().map_err(|_| self.broke_off())?;
            if state.frozen.is_some() {
                continue;
            }
            let in_sled = self.account_in_sled()?;
            check(&self.db, &self.place, &in_sled, Look::Closely, |_| {})?;
            let counted = self.counted(&state, in_sled)?;
            return self.agrees(counted, state.account);
        }
    }

    /// Whether what was counted is what the account says; numbers aside.
    pub(super) fn agrees(&self, counted: Account, account: Account) -> Result<(), StoreError> {
        if (Account { number: account.number, ..counted }) == account {
            return Ok(());
        }
        Err(self.damaged("its journal and its documents do not come to what its account says"))
    }
}
