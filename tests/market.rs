//! A shop that is open, its platform, and customs, served by the test's process on a port of this machine.

use std::fs;
use std::sync::Arc;

use declare::desk::{Desk, DeskSettings};
use declare::shop::{OpenShop, Opening};
use jiff::{SignedDuration, Timestamp};
use ports::clock::SystemClock;
use ports::sandbox::customs::{Customs, CustomsSettings};
use ports::sandbox::{FaultKind, Manner, Plan, Rate, Rates, Running, Sandbox, Settings};
use tokio::runtime::Runtime;

use crate::support::sample;

pub struct Market {
    pub sandbox: Running,
    pub customs: Customs,
    pub runtime: Runtime,
    shop: OpenShop,
}

/// The same share of each kind of fault.
pub fn faults(kinds: &[FaultKind], share: f64) -> Rates {
    let rate = |kind: &FaultKind| format!("{}={share}", kind.name()).parse::<Rate>().unwrap();
    Rates::of(kinds.iter().map(rate)).unwrap()
}

impl Market {
    /// With orders of the last two hours.
    pub fn open(plan: Plan, orders: u64, faults: Rates, customs: CustomsSettings) -> Self {
        let now = Timestamp::now();
        let opening =
            Opening { from: now - SignedDuration::from_hours(2), until: now - SignedDuration::from_mins(5) };
        let shop = OpenShop::new(plan.seed, orders, opening);
        let manner = Manner { retry_after: Some(0), ..Manner::default() };
        let settings = Settings { list_lag: SignedDuration::ZERO, faults, manner, ..Settings::new(plan) };
        let runtime = Runtime::new().unwrap();
        let sandbox = Sandbox::new(settings, Arc::new(shop.clone()), Arc::new(SystemClock));
        let desk = DeskSettings { plan, payments: Some(sandbox.payments()), ..DeskSettings::default() };
        let settings = CustomsSettings { faults, manner, seed: plan.seed, ..customs };
        let customs = Customs::new(Arc::new(Desk::new(desk)), Arc::new(SystemClock), settings);
        let sandbox = sandbox.with_router("/customs", customs.router());
        let sandbox = runtime.block_on(sandbox.start("127.0.0.1:0".parse().unwrap())).unwrap();
        Self { sandbox, customs, runtime, shop }
    }

    /// The file in which the warehouse tells the waybills.
    pub fn waybills(&self) -> String {
        let line = |(order_no, mut waybill): (String, serde_json::Value)| {
            waybill["order_no"] = order_no.into();
            format!("{waybill}\n")
        };
        self.shop.waybills().map(line).collect()
    }

    /// The samples' configuration towards it, with a key in `key.pem`, its certificate in a file, and `more` sections.
    pub fn configuration(&self, certificate: &str, more: &str) -> String {
        let credentials = self.sandbox.credentials();
        let (access, refresh) = self.sandbox.tokens();
        let url = self.sandbox.base_url();
        let text = fs::read_to_string(sample("customs.toml")).unwrap();
        let text = text
            .replace(
                "app_id = \"sample\"",
                &format!(
                    "app_id = \"{}\"\nv1_app_key = \"{}\"\nv1_app_secret = \"{}\"",
                    credentials.app_id, credentials.app_key, credentials.v1_secret
                ),
            )
            .replace("{ env = \"CUSTOMS_XHS_APP_SECRET\" }", &format!("\"{}\"", credentials.app_secret))
            .replace("{ env = \"CUSTOMS_XHS_ACCESS_TOKEN\" }", &format!("\"{access}\""))
            .replace("{ env = \"CUSTOMS_XHS_REFRESH_TOKEN\" }", &format!("\"{refresh}\""))
            .replace("https://ark.xiaohongshu.com", &url);
        let (before, rest) = text.split_once("[gateway]").unwrap();
        let (_, after) = rest.split_once("[tax]").unwrap();
        format!(
            "{before}[gateway]\nkind = \"http\"\nurl = \"{url}/customs\"\n\n[signing]\nkind = \"sm2-sm3\"\n\
             key = {{ file = \"key.pem\" }}\ncertificate = \"{certificate}\"\n\n{more}[tax]{after}"
        )
    }
}
