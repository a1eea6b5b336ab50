//! The configuration `customs.toml`: typed, every fault in one line.
//!
//! A section may be left out as long as no command needs it: [`Configuration::declaring`] asks for what a declaration needs
//! and names everything that is missing at once.

mod declaring;
mod doors;
pub mod faults;
mod read;
mod secret;
mod section;

use std::collections::BTreeMap;

pub use declaring::Declaring;
use filing::sync::ItemCall;
pub use secret::Secret;

use crate::documents::TradeMode;
use crate::documents::field::Text;
use crate::messages::envelope::{self, Envelope};
use ports::platform::Route;

/// An enterprise as customs knows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Enterprise {
    /// Registration code (海关注册编码).
    pub code: Text<'static, 18>,
    /// Registered name, to the letter.
    pub name: Text<'static, 100>,
}

/// Who transmits the messages (`BaseTransfer`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Transfer {
    /// The access client's enterprise.
    pub code: Text<'static, 18>,
    /// Its name.
    pub name: Text<'static, 100>,
    /// Its number on the data exchange platform; must equal the envelope's sender.
    pub dxp_id: Text<'static, 30>,
}

/// The bonded warehouse.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Warehouse {
    /// Registration of the enterprise in the zone (区内企业).
    pub code: Text<'static, 18>,
    /// Its registered name.
    pub name: Text<'static, 100>,
    /// The account book (账册编号).
    pub account_book: Text<'static, 30>,
    /// Who guarantees the tax.
    pub guarantor_code: Text<'static, 30>,
}

/// How goods are declared at one port.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PortSettings {
    /// Where the inventory is declared (申报海关), four digits.
    pub customs_code: Text<'static, 4>,
    /// Where the goods enter (口岸海关), four digits.
    pub port_code: Text<'static, 4>,
    /// Transport out of the zone, for bonded goods.
    pub transport_mode: Text<'static, 1>,
    /// Transport across the border, for direct purchase.
    pub direct_transport_mode: Option<Text<'static, 1>>,
    /// The supervised site, where an office has several.
    pub site_no: Option<Text<'static, 10>>,
    /// Kind of packing, one digit.
    pub wrap_type: Option<Text<'static, 1>>,
    /// The way of the payment slip, where it is not the catalogue's.
    pub payment_route: Option<Route>,
    /// The trade modes served here; those of the catalogue when empty.
    pub trade_modes: Vec<TradeMode>,
}

/// The shop's account on Xiaohongshu.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Xiaohongshu {
    /// The platform's customs registration.
    pub platform: Enterprise,
    /// Which documents this side sends.
    pub sends: Vec<String>,
    /// The application's id.
    pub app_id: Option<String>,
    /// The application's secret.
    pub app_secret: Option<Secret>,
    /// The shop's access token.
    pub access_token: Option<Secret>,
    /// The shop's refresh token.
    pub refresh_token: Option<Secret>,
    /// The key of the old interface for goods, where it is not the application's id.
    pub v1_app_key: Option<String>,
    /// Its secret.
    pub v1_app_secret: Option<Secret>,
    /// Where the platform is.
    pub base_url: Option<String>,
    /// The path of the address that the platform pushes to, where something in between changes it.
    pub callback_path: Option<String>,
    /// By which call articles are filed.
    pub item_call: ItemCall,
}

/// The shop's account on NetEase Yanxuan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Yanxuan {
    /// The application's key.
    pub app_key: Option<String>,
    /// The application's secret.
    pub app_secret: Option<Secret>,
    /// Where the platform is.
    pub base_url: Option<String>,
}

/// Where messages leave and receipts arrive.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gateway {
    /// `folder` or `http`.
    pub kind: Option<String>,
    /// Where messages are put.
    pub outbox: Option<String>,
    /// Where receipts appear.
    pub inbox: Option<String>,
    /// Where receipts are kept that were taken; in the inbox when left out.
    pub archive: Option<String>,
    /// The service's base address.
    pub url: Option<String>,
    /// What the service knows this program by.
    pub token: Option<Secret>,
    /// `none` or `dxp`.
    pub envelope: Option<String>,
}

/// How `declare run` sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sending {
    /// Whether an inventory waits until its order and waybill are stored by customs.
    pub inventory_waits: bool,
    /// How many documents a message holds at the most.
    pub batch: u64,
    /// How long documents wait for others to go with them, seconds.
    pub gather_seconds: u64,
    /// How long work is left to a worker that says nothing any more, seconds.
    pub lease_seconds: u64,
    /// Whether the platform is told of released orders that they were shipped.
    pub ships: bool,
    /// Whether the waybill's status is declared after delivery.
    pub reports_delivery: bool,
}

impl Default for Sending {
    fn default() -> Self {
        Self {
            inventory_waits: true,
            batch: crate::messages::MAX_DOCUMENTS as u64,
            // Nobody at a warehouse notices two seconds, and a signature by a slow device is shared by many.
            gather_seconds: 2,
            lease_seconds: crate::pipeline::WORK_LEASE.as_secs(),
            ships: true,
            reports_delivery: false,
        }
    }
}

impl Gateway {
    /// The envelope that messages leave in, if any.
    pub fn wrapper(&self) -> Option<&'static dyn Envelope> {
        self.envelope.as_deref().and_then(envelope::of_word)
    }
}

/// How personal data is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vault {
    /// The master key; the data directory's own when left out.
    pub key: Option<Secret>,
}

/// How the program logs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Logging {
    /// `text` or `json`.
    pub format: Option<String>,
    /// `error`, `warn`, `info`, `debug` or `trace`.
    pub level: Option<String>,
}

/// How messages are signed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Signing {
    /// `none`, `rsa-sha1`, `sm2-sm3` or `remote`.
    pub kind: Option<String>,
    /// The private key: PKCS#8 (PEM), or a PKCS#12 file for RSA.
    pub key: Option<Secret>,
    /// What opens a PKCS#12 file.
    pub password: Option<Secret>,
    /// The certificate's file.
    pub certificate: Option<String>,
    /// Addresses of signing services that hold the certificate's key.
    pub urls: Vec<String>,
    /// What the services know this program by.
    pub token: Option<Secret>,
    /// Signatures under way at one address.
    pub places: Option<u64>,
    /// How long one signature may take.
    pub timeout_seconds: Option<u64>,
}

/// The page for warehouse staff.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Web {
    /// Where it listens.
    pub listen: Option<std::net::SocketAddr>,
    /// Further names of this machine, such as the one that a proxy passes on.
    pub hosts: Vec<String>,
    /// What people log in with; then they log in wherever it listens.
    pub token: Option<Secret>,
}

/// How a merchant's discount is treated (完税价格).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MerchantDiscount {
    /// A means of payment: the dutiable value stays. The safe choice, as nothing is declared too low.
    #[default]
    NonCash,
    /// A mark-down open to everyone: the dutiable value falls by it.
    PriceCut,
}

/// How tax is computed and compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxSettings {
    /// How a merchant's discount is treated.
    pub merchant_discount: MerchantDiscount,
    /// How far the platform's tax may lie from ours for each piece, in yuan.
    pub tolerance_per_piece: rust_decimal::Decimal,
    /// And for each yuan of dutiable value.
    pub tolerance_of_value: rust_decimal::Decimal,
    /// How taxes are rounded.
    pub policy: crate::tax::Policy,
}

impl Default for TaxSettings {
    fn default() -> Self {
        // One fen a piece: platforms round or cut each piece's tax (three such rules are in use).
        Self {
            merchant_discount: MerchantDiscount::default(),
            tolerance_per_piece: rust_decimal::Decimal::new(1, 2),
            // Composite rates are shown with four decimals.
            tolerance_of_value: rust_decimal::Decimal::new(1, 4),
            policy: crate::tax::Policy::default(),
        }
    }
}

/// The whole configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Configuration {
    /// 电商企业.
    pub merchant: Option<Enterprise>,
    /// Who guarantees the tax of direct purchases; the merchant when left out.
    pub direct_guarantor_code: Option<Text<'static, 30>>,
    /// 申报企业.
    pub declarant: Option<Enterprise>,
    /// 报文传输企业.
    pub transfer: Option<Transfer>,
    /// 区内企业 and its account book.
    pub warehouse: Option<Warehouse>,
    /// By the catalogue's name of the port.
    pub ports: BTreeMap<String, PortSettings>,
    /// Xiaohongshu.
    pub xiaohongshu: Option<Xiaohongshu>,
    /// NetEase Yanxuan.
    pub yanxuan: Option<Yanxuan>,
    /// Payment enterprises by the platform's channel.
    pub payment: BTreeMap<String, Enterprise>,
    /// Carriers by the platform's code.
    pub carriers: BTreeMap<String, Enterprise>,
    /// The gateway.
    pub gateway: Gateway,
    /// How it is sent.
    pub sending: Sending,
    /// The signature.
    pub signing: Signing,
    /// Tax.
    pub tax: TaxSettings,
    /// The page for warehouse staff.
    pub web: Web,
    /// Personal data.
    pub vault: Vault,
    /// Logs.
    pub logging: Logging,
}
