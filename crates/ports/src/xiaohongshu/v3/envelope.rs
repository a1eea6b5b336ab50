//! The envelope around every answer: `{"success", "error_code", "error_msg", "data"}`, whatever the HTTP status.

use serde::Deserialize;
use serde_json::Value;

use super::super::WireInteger;
use super::super::lenient::given;
use super::super::wire::{WireFlag, WireText};
use crate::http::{Answered, Failure, told_without};

/// Too many calls of a method.
const THROTTLED: [i64; 2] = [-9013, 10013];
/// The application is not known.
const NO_APPLICATION: i64 = 401;
/// Something broke on the platform's side: a system error, an abnormal system call, an internal error.
const TROUBLE: [i64; 5] = [10001, -2000500, -1000500, 500, 503];

#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    success: WireFlag,
    #[serde(default)]
    error_code: WireText,
    #[serde(default)]
    code: WireText,
    #[serde(default, deserialize_with = "given")]
    error_msg: Option<String>,
    #[serde(default, deserialize_with = "given")]
    msg: Option<String>,
    #[serde(default)]
    data: Value,
}

/// What an answer holds, or why there is nothing.
///
/// It is a success only when it says so and names no error: both were seen to contradict each other. The secrets of the request
/// are not repeated in a failure.
pub(super) fn open(answer: &Answered, secrets: &[&str]) -> Result<Value, Failure> {
    if answer.status != 200 {
        // Refusals come with status 200 too; another status is no word of the platform's.
        return Err(Failure::Status { status: answer.status, retry_after: None });
    }
    let value: Value = answer.json()?;
    let known = ["success", "error_code", "code"];
    if !value.as_object().is_some_and(|object| known.iter().any(|name| object.contains_key(*name))) {
        return Err(Failure::Shape("no envelope".to_owned()));
    }
    let envelope: Envelope =
        serde_json::from_value(value).map_err(|_| Failure::Shape("the envelope".to_owned()))?;
    let code = envelope.error_code.given().or(envelope.code.given()).unwrap_or_default();
    if envelope.success.0 == Some(true) && (code.is_empty() || code == "0") {
        return Ok(envelope.data);
    }
    Err(refusal(&code, &envelope.error_msg.or(envelope.msg).unwrap_or_default(), secrets))
}

/// What a refusal means. The codes of a wrong signature, token and time are not published: they are known by their words.
fn refusal(code: &str, words: &str, secrets: &[&str]) -> Failure {
    let number = code.parse::<i64>().unwrap_or_default();
    let (code, message) = (told_without(code, secrets), told_without(words, secrets));
    let lower = words.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if THROTTLED.contains(&number) || says(&["限流"]) {
        Failure::Throttled { code, retry_after: None }
    } else if TROUBLE.contains(&number) {
        Failure::Trouble { code, message }
    } else if says(&["timestamp", "时间戳"]) {
        Failure::WrongTime { code, message }
    } else if says(&["token", "令牌", "授权", "登录态"]) {
        Failure::Token { code, message }
    } else if number == NO_APPLICATION {
        // It would meet every call, and is not held against what this one was about.
        Failure::NotSetUp("the platform does not know the application; check app_id")
    } else if says(&["签名", "signature", "invalid sign", "wrong sign", "sign error"]) {
        Failure::NotSetUp("the platform does not take the signature; check app_secret")
    } else {
        Failure::Refused { code, message }
    }
}

/// A second envelope inside `data`, as a few methods have it.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Inner {
    success: WireFlag,
    #[serde(deserialize_with = "given")]
    msg: Option<String>,
    code: WireInteger,
}

impl Inner {
    /// Reads it leniently: a bare `true`, nothing, or an object that says whether it went well.
    pub(super) fn judge(data: Value) -> Result<(), Failure> {
        let inner: Inner = match data {
            Value::Bool(success) => Inner { success: WireFlag(Some(success)), ..Inner::default() },
            Value::Object(_) => serde_json::from_value(data).unwrap_or_default(),
            _ => Inner::default(),
        };
        if inner.success.0 == Some(false) {
            let code = inner.code.0.map(|code| code.to_string()).unwrap_or_default();
            return Err(refusal(&code, &inner.msg.unwrap_or_default(), &[]));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: Value) -> Result<Value, Failure> {
        open(&Answered { status: 200, body: body.to_string().into_bytes(), date: None }, &[])
    }

    #[test]
    fn only_what_says_so_and_names_no_error_is_a_success() {
        assert_eq!(read(json!({"success": true, "error_code": 0, "data": 7})), Ok(json!(7)));
        assert_eq!(read(json!({"success": true})), Ok(Value::Null));
        assert_eq!(read(json!({"success": true, "code": "0", "msg": "成功", "data": {}})), Ok(json!({})));
        for body in [
            json!({"success": true, "error_code": 50209, "error_msg": "违规"}),
            json!({"success": false}),
            json!({"error_code": 0, "data": {}}),
            json!({"success": false, "code": "-2000101", "msg": "包裹不存在或不属于此商家"}),
        ] {
            assert!(matches!(read(body.clone()), Err(Failure::Refused { .. })), "{body}");
        }
        for body in [json!({}), json!([]), json!("x"), json!({"data": {}})] {
            assert!(matches!(read(body.clone()), Err(Failure::Shape(_))), "{body}");
        }
    }

    #[test]
    fn a_refusal_is_told_by_its_code_or_its_words() {
        let failure =
            |code: i64, words: &str| read(json!({"error_code": code, "error_msg": words})).unwrap_err();
        assert!(matches!(failure(-9013, "触发Method维度的限流"), Failure::Throttled { .. }));
        assert!(matches!(failure(-2000500, "系统调用异常"), Failure::Trouble { .. }));
        assert!(matches!(failure(7, "accessToken已过期"), Failure::Token { .. }));
        assert!(matches!(failure(8, "timestamp expired"), Failure::WrongTime { .. }));
        for (code, words) in [(401, "应用不存在"), (10_101, "签名错误"), (5, "Invalid sign")] {
            assert!(matches!(failure(code, words), Failure::NotSetUp(_)), "{words}");
        }
        assert!(matches!(failure(5, "not assigned to this shop"), Failure::Refused { .. }));
        let Failure::Token { message, .. } = failure(7, "invalid token-secret1 of 13800138000") else {
            panic!("a token")
        };
        assert_eq!(message, "invalid … of …");
    }

    #[test]
    fn an_inner_envelope_may_refuse() {
        for good in [json!(null), json!(true), json!({"success": true}), json!({}), json!("重推成功")] {
            assert_eq!(Inner::judge(good.clone()), Ok(()), "{good}");
        }
        assert!(Inner::judge(json!({"success": false, "msg": "订单未支付"})).is_err());
        assert!(Inner::judge(json!(false)).is_err());
    }
}
