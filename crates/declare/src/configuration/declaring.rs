//! What a declaration needs of the configuration.

use ports::fault::{Fault, Place};

use super::{Configuration, Enterprise, Transfer, faults};

/// The sections without which nothing can be declared.
#[derive(Debug, Clone, Copy)]
pub struct Declaring<'c> {
    /// 电商企业.
    pub merchant: &'c Enterprise,
    /// 申报企业.
    pub declarant: &'c Enterprise,
    /// 报文传输企业.
    pub transfer: &'c Transfer,
    /// The platform that the orders come from.
    pub platform: &'c Enterprise,
    /// Everything else.
    pub all: &'c Configuration,
}

impl Configuration {
    /// Asks for what a declaration needs.
    ///
    /// # Errors
    /// Every section that is missing, with an example.
    pub fn declaring(&self) -> Result<Declaring<'_>, Vec<Fault>> {
        let mut missing = Vec::new();
        let mut lacks = |key: &str, example: &str| {
            let place = Place { path: Some(key.to_owned()), ..Place::default() };
            missing.push(faults::MISSING.at(place).with("key", format!("[{key}]")).with("example", example));
        };
        if self.merchant.is_none() {
            lacks("merchant", "[merchant] code = \"3301966K00\" name = \"…\"");
        }
        if self.declarant.is_none() {
            lacks("declarant", "[declarant] code = \"3301986K00\" name = \"…\"");
        }
        if self.transfer.is_none() {
            lacks("transfer", "[transfer] cop_code = \"…\" cop_name = \"…\" dxp_id = \"DXPENT0000000001\"");
        }
        if self.xiaohongshu.is_none() {
            lacks("platforms.xiaohongshu", "[platforms.xiaohongshu] ebp_code = \"…\" ebp_name = \"…\"");
        }
        if self.ports.is_empty() {
            lacks("ports", "[ports.\"杭州\"] customs_code = \"2928\" port_code = \"2928\" traf_mode = \"Y\"");
        }
        match (&self.merchant, &self.declarant, &self.transfer, &self.xiaohongshu) {
            (Some(merchant), Some(declarant), Some(transfer), Some(shop)) if missing.is_empty() => {
                Ok(Declaring { merchant, declarant, transfer, platform: &shop.platform, all: self })
            }
            _ => Err(missing),
        }
    }
}
