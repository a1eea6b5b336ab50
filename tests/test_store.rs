//! The store that scenarios run on: in memory, or with `CUSTOMS_TEST_STORE=postgres` in a database of its own on a PostgreSQL
//! server, which is shared by the tests that run at the same time and goes with the last of them.

use std::path::Path;
use std::sync::{Arc, Mutex, Weak};

use declare::keeping::Keeping;
use ports::store::{Location, MemoryStore, OpenStore, Store};

use crate::stores::private_postgres::PrivatePostgres;

/// The variable that chooses the store.
pub const VARIABLE: &str = "CUSTOMS_TEST_STORE";

type Server = Mutex<PrivatePostgres>;

/// A store and what has to stay there as long as it is used.
pub struct TestStore {
    pub store: Arc<dyn Store>,
    shared: Option<Arc<OpenStore>>,
    _server: Option<Arc<Server>>,
}

impl TestStore {
    pub fn open() -> Self {
        match std::env::var(VARIABLE).as_deref() {
            Ok("postgres") => Self::on_server(),
            Ok(other) => panic!("{VARIABLE} is {other}; there is only postgres"),
            Err(_) => Self { store: Arc::new(MemoryStore::new()), shared: None, _server: None },
        }
    }

    fn on_server() -> Self {
        static RUNNING: Mutex<Weak<Server>> = Mutex::new(Weak::new());
        let mut running = RUNNING.lock().unwrap();
        let server = running.upgrade().unwrap_or_else(|| {
            let server = Arc::new(Mutex::new(PrivatePostgres::start()));
            *running = Arc::downgrade(&server);
            server
        });
        drop(running);
        let url = server.lock().unwrap().database();
        let store = Arc::new(url.parse::<Location>().unwrap().migrate().unwrap());
        Self { store: Arc::clone(&store) as Arc<dyn Store>, shared: Some(store), _server: Some(server) }
    }

    /// Whether others may work on it.
    pub fn is_shared(&self) -> bool {
        self.shared.is_some()
    }

    /// Where messages are kept.
    pub fn keeping(&self, data: &Path) -> Keeping {
        let keeping = Keeping::folder(data);
        match &self.shared {
            Some(store) => keeping.with_archive(store.archive(data)),
            None => keeping,
        }
    }
}
