//! Failed calls as faults for people.

use super::{CallError, Failure};
use crate::fault::Fault;

crate::fault_kinds! {
    /// No client can be made of the settings.
    NOT_SET_UP = "NET-SETUP", Error,
        "{platform}客户端没有配置好：{reason}" / "the client of {platform} is not set up: {reason}",
        "检查配置文件中的 [platforms] 部分，或先运行 customs ports token" / "check the section [platforms] of the configuration, or run customs ports token first";
    /// The platform cannot be reached, or gives no proper answer.
    DOWN = "NET-DOWN", Error,
        "{platform}的{method}没有正常应答：{reason}" / "{platform} gives no proper answer to {method}: {reason}",
        "检查网络；平台恢复后再运行一次，不会丢失也不会重复" / "check the network and run again when the platform is back; nothing is lost and nothing done twice";
    /// Too many calls.
    THROTTLED = "NET-THROTTLED", Error,
        "{platform}的{method}调用过于频繁" / "{platform} was asked for {method} too often",
        "过一会儿再运行；若另有程序使用同一应用，请错开时间" / "run again later; if another program uses the same application, take turns with it";
    /// The token is refused.
    TOKEN = "NET-TOKEN", Error,
        "{platform}不接受访问令牌：{reason}" / "{platform} does not take the access token: {reason}",
        "请店铺主账号重新授权，再运行 customs ports token --code 授权码" / "have the shop's main account authorise again, then run customs ports token --code CODE";
    /// The program is not let in.
    BARRED = "NET-ACCESS", Error,
        "{platform}不允许本程序调用{method}：{reason}" / "{platform} does not let this program call {method}: {reason}",
        "核对应用的 key 和密钥；并确认本机出口 IP 和该方法已在平台登记" / "check the application's key and secret, and that the platform knows this machine's address and allows the method";
    /// The platform refuses the call.
    REFUSED = "NET-REFUSED", Error,
        "{platform}拒绝了{method}：{reason}" / "{platform} refuses {method}: {reason}",
        "按平台的说明处理后再运行" / "do what the platform says, then run again";
    /// The answer is not what it should be.
    STRANGE = "NET-ANSWER", Error,
        "{platform}的{method}应答无法识别：{reason}" / "the answer of {platform} to {method} is not understood: {reason}",
        "核对 base_url；地址无误时请联系技术人员" / "check base_url; if it is right, ask for technical help";
}

impl CallError {
    /// What a person is told.
    pub fn fault(&self) -> Fault {
        let kind = match &self.failure {
            Failure::NotSetUp(_) => &NOT_SET_UP,
            Failure::Resting { .. }
            | Failure::Unreachable
            | Failure::TimedOut
            | Failure::Cut
            | Failure::Html
            | Failure::BadJson { .. }
            | Failure::Trouble { .. }
            | Failure::WrongTime { .. }
            | Failure::Store(_) => &DOWN,
            Failure::Throttled { .. } | Failure::Status { status: 429, .. } => &THROTTLED,
            Failure::Status { status, .. } if *status >= 500 => &DOWN,
            Failure::Token { .. } => &TOKEN,
            Failure::Barred { .. } => &BARRED,
            Failure::Refused { .. } | Failure::Status { .. } => &REFUSED,
            Failure::TooLong(_) | Failure::Redirected(_) | Failure::Shape(_) => &STRANGE,
        };
        kind.fault().with("platform", self.platform).with("method", self.method).with("reason", &self.failure)
    }
}
