//! What came back.

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::Response;
use reqwest::header::{DATE, HeaderName, RETRY_AFTER};
use serde::de::{DeserializeOwned, IgnoredAny};
use std::time::Duration;

use super::Failure;

/// An answer, read to its end. Its body may be personal; `Debug` shows how long it is.
pub struct Answered {
    /// The HTTP status: success, or a refusal that may carry the platform's own words.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
    /// The platform's clock when it answered, when it said so.
    pub date: Option<Timestamp>,
}

impl std::fmt::Debug for Answered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Answered({}, {} bytes)", self.status, self.body.len())
    }
}

impl Answered {
    /// The body as JSON.
    ///
    /// # Errors
    /// [`Failure::Html`] for a page, [`Failure::BadJson`] for what is no JSON, [`Failure::Shape`] for JSON of another shape;
    /// none tells what stands there.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        let first = self.body.iter().find(|byte| !byte.is_ascii_whitespace());
        if first == Some(&b'<') {
            return Err(Failure::Html);
        }
        let broken =
            |error: serde_json::Error| Failure::BadJson { line: error.line(), column: error.column() };
        serde_json::from_slice(&self.body).map_err(|error| {
            // What breaks off has no shape, whichever is noticed first.
            match serde_json::from_slice::<IgnoredAny>(&self.body) {
                Ok(_) => Failure::Shape(format!("line {}, column {}", error.line(), error.column())),
                Err(error) => broken(error),
            }
        })
    }

    /// Reads an answer, at most `limit` bytes of it.
    pub(super) async fn read(mut response: Response, limit: usize) -> Result<Self, Failure> {
        let status = response.status();
        if status.is_redirection() {
            return Err(Failure::Redirected(status.as_u16()));
        }
        let date = http_date(&response, DATE);
        let retry_after = retry_after(&response, date);
        let status = status.as_u16();
        if matches!(status, 408 | 425 | 429 | 500..=599) {
            return Err(Failure::Status { status, retry_after });
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| failure(&error))? {
            if body.len() + chunk.len() > limit {
                return Err(Failure::TooLong(limit));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Self { status, body, date })
    }
}

/// What went wrong, without the address that the error knows.
pub(super) fn failure(error: &reqwest::Error) -> Failure {
    if error.is_builder() {
        Failure::NotSetUp("no request can be made of its address")
    } else if error.is_connect() {
        Failure::Unreachable
    } else if error.is_timeout() {
        Failure::TimedOut
    } else {
        Failure::Cut
    }
}

fn header(response: &Response, name: HeaderName) -> Option<&str> {
    response.headers().get(name)?.to_str().ok().map(str::trim)
}

fn http_date(response: &Response, name: HeaderName) -> Option<Timestamp> {
    parse_date(header(response, name)?)
}

fn parse_date(text: &str) -> Option<Timestamp> {
    DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text).ok()
}

/// Seconds, or a moment by the platform's own clock.
fn retry_after(response: &Response, now: Option<Timestamp>) -> Option<Duration> {
    let text = header(response, RETRY_AFTER)?;
    match text.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => {
            let until = parse_date(text)?.duration_since(now?);
            Some(Duration::try_from(until).unwrap_or_default())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_of_http_is_read() {
        let at = parse_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        assert_eq!(at.as_second(), 784_111_777);
        assert_eq!(parse_date("soon"), None);
    }

    #[test]
    fn pages_broken_json_and_other_shapes_are_told_apart() {
        let answer = |body: &str| Answered { status: 200, body: body.into(), date: None };
        assert_eq!(answer(" <html>").json::<u32>(), Err(Failure::Html));
        assert_eq!(answer("{\"a\":").json::<u32>(), Err(Failure::BadJson { line: 1, column: 5 }));
        assert!(
            matches!(answer("\"16900007771\"").json::<u32>(), Err(Failure::Shape(told)) if !told.contains("169"))
        );
        assert_eq!(format!("{:?}", answer("16900007771")), "Answered(200, 11 bytes)");
    }
}
