//! The envelope around every answer: `{"code", "msg", "result", "subErrCode", "subErrParam"}`.
//!
//! `result` and `subErrParam` come as JSON or as a text that holds JSON, whatever the documentation says of either: both are
//! read both ways.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::errors::{Class, by_code};
use crate::http::{Answered, Failure, told};
use crate::wire::lenient::given;
use crate::wire::{WireInteger, WireText};

/// The code of success.
const OK: i64 = 200;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    code: WireText,
    #[serde(default, deserialize_with = "given")]
    msg: Option<String>,
    #[serde(default)]
    sub_err_code: WireText,
    #[serde(default)]
    sub_err_param: Value,
    #[serde(default)]
    result: Value,
}

/// JSON that may stand inside a text. Nothing, an empty text and `"null"` are nothing.
///
/// # Errors
/// When the text holds no JSON.
pub(super) fn unfold(value: Value) -> Result<Value, Failure> {
    match value {
        Value::String(text) if text.trim().is_empty() => Ok(Value::Null),
        Value::String(text) => serde_json::from_str(&text)
            .map_err(|error| Failure::BadJson { line: error.line(), column: error.column() }),
        value => Ok(value),
    }
}

/// What an answer holds, or why there is nothing, with the platform's code.
pub(super) fn open(answer: &Answered) -> (Result<Value, Failure>, Option<i64>) {
    let other_status = Failure::Status { status: answer.status, retry_after: None };
    let envelope: Envelope = match answer.json() {
        Ok(envelope) => envelope,
        // A status of refusal without words of the platform's.
        Err(_) if answer.status != 200 => return (Err(other_status), None),
        Err(failure) => return (Err(failure), None),
    };
    let code = envelope.code.0.parse::<i64>().unwrap_or_default();
    if code == OK && answer.status == 200 {
        return (unfold(envelope.result), None);
    }
    if code == OK {
        return (Err(other_status), None);
    }
    let failure = refusal(code, envelope);
    (Err(failure), Some(code))
}

fn refusal(number: i64, envelope: Envelope) -> Failure {
    let name = told(&envelope.sub_err_code.0);
    let code = told(&envelope.code.0);
    let message = told(&envelope.msg.unwrap_or_default());
    let message = if name.is_empty() { message } else { format!("{message} {name}").trim().to_owned() };
    match by_code(number).map_or(Class::Refused, |known| known.class) {
        Class::Throttled => {
            let parameters = unfold(envelope.sub_err_param).unwrap_or_default();
            let seconds = parameters.get("retryTime").cloned().unwrap_or_default();
            let seconds = serde_json::from_value::<WireInteger>(seconds).unwrap_or_default().0;
            let retry_after =
                seconds.and_then(|seconds| u64::try_from(seconds).ok()).map(Duration::from_secs);
            Failure::Throttled { code, retry_after }
        }
        Class::Trouble => Failure::Trouble { code, message },
        Class::Clock => Failure::WrongTime { code, message },
        Class::Barred => Failure::Barred { code, message },
        Class::Refused => Failure::Refused { code, message },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::http::Outcome;
    use crate::yanxuan::errors::KNOWN;

    fn read(status: u16, body: &Value) -> Result<Value, Failure> {
        open(&Answered { status, body: body.to_string().into_bytes(), date: None }).0
    }

    #[test]
    fn a_result_is_read_in_either_form() {
        let wanted = json!([{"inventory": 3, "skuId": 1}]);
        for result in
            [wanted.clone(), json!(wanted.to_string()), json!("\n [{\"inventory\": 3,\n \"skuId\": 1}]")]
        {
            assert_eq!(read(200, &json!({"code": 200, "msg": "", "result": result})), Ok(wanted.clone()));
        }
        for nothing in [json!(null), json!(""), json!(" "), json!("null")] {
            assert_eq!(read(200, &json!({"code": "200", "result": nothing})), Ok(Value::Null));
        }
        assert_eq!(read(200, &json!({"code": 200})), Ok(Value::Null));
        assert!(matches!(read(200, &json!({"code": 200, "result": "{"})), Err(Failure::BadJson { .. })));
        assert!(matches!(read(200, &json!({"msg": ""})), Err(Failure::Shape(_))));
        assert!(matches!(read(403, &json!([])), Err(Failure::Status { status: 403, .. })));
        assert!(matches!(read(404, &json!({"code": 200})), Err(Failure::Status { status: 404, .. })));
    }

    #[test]
    fn every_error_is_told_for_what_it_is() {
        for known in KNOWN {
            let body = json!({"code": known.code, "msg": "出错", "subErrCode": known.name, "subErrParam": {"traceId": "t"}});
            let failure = read(200, &body).unwrap_err();
            let fits = match known.class {
                Class::Throttled => matches!(failure, Failure::Throttled { .. }),
                Class::Trouble => matches!(failure, Failure::Trouble { .. }),
                Class::Clock => matches!(failure, Failure::WrongTime { .. }),
                Class::Barred => matches!(failure, Failure::Barred { .. }),
                Class::Refused => matches!(failure, Failure::Refused { .. }),
            };
            assert!(fits, "{} {failure:?}", known.code);
            let temporary = !matches!(known.class, Class::Barred | Class::Refused);
            assert_eq!(failure.is_temporary(), temporary, "{}", known.code);
            assert_eq!(failure.outcome() == Outcome::Unknown, known.class == Class::Trouble);
        }
        let unknown =
            read(400, &json!({"code": 29999, "msg": "手机16900007771无效", "subErrCode": "isv.new"}));
        let wanted = Failure::Refused { code: "29999".into(), message: "手机…无效 isv.new".into() };
        assert_eq!(unknown, Err(wanted));
    }

    #[test]
    fn how_long_to_wait_is_read_in_either_form() {
        let parameters = json!({"traceId": "t", "method": "m", "retryTime": 42});
        for told in [parameters.clone(), json!(parameters.to_string()), json!({"retryTime": "42"})] {
            let failure = read(200, &json!({"code": 10013, "msg": "", "subErrParam": told})).unwrap_err();
            assert_eq!(failure.retry_after(), Some(Duration::from_secs(42)));
        }
        let failure = read(200, &json!({"code": 10013, "subErrParam": "soon"})).unwrap_err();
        assert_eq!(failure, Failure::Throttled { code: "10013".into(), retry_after: None });
    }
}
