//! What platforms have to show that call back.

use ports::fault::{Fault, Place};
use ports::http::Hidden;
use ports::inbox::{Doors, XiaohongshuDoor, YanxuanDoor};

use super::{Configuration, Secret, faults};

impl Configuration {
    /// The doors of the platforms whose application and secret are configured; the others are not heard.
    ///
    /// # Errors
    /// Every secret that cannot be read.
    pub fn doors(&self) -> Result<Doors, Vec<Fault>> {
        let mut found = Vec::new();
        let mut read = |platform: &str, secret: &Secret| match secret.read_line() {
            Ok(line) => Some(Hidden::new(line)),
            Err(error) => {
                let key = format!("platforms.{platform}.app_secret");
                let place = Place { path: Some(key.clone()), ..Place::default() };
                found.push(faults::SECRET.at(place).with("key", key).with("reason", error));
                None
            }
        };
        let mut doors = Doors::default();
        if let Some(channel) = &self.yanxuan
            && let (Some(app_key), Some(secret)) = (&channel.app_key, &channel.app_secret)
        {
            let app_key = app_key.clone();
            doors.yanxuan = read("yanxuan", secret).map(|app_secret| YanxuanDoor { app_key, app_secret });
        }
        if let Some(shop) = &self.xiaohongshu
            && let (Some(app_id), Some(secret)) = (&shop.app_id, &shop.app_secret)
        {
            let (app_id, path) = (app_id.clone(), shop.callback_path.clone());
            doors.xiaohongshu =
                read("xiaohongshu", secret).map(|app_secret| XiaohongshuDoor { app_id, app_secret, path });
        }
        if found.is_empty() { Ok(doors) } else { Err(found) }
    }
}
