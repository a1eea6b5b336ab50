//! Faults on demand: what goes wrong, how often, and how it looks.
//!
//! Which calls are hit depends on the seed, the method and the call's number among those of its method: the same calls in the
//! same order meet the same faults.

use std::future::Future;
use std::pin::Pin;
use std::str::FromStr;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use http_body::Frame;
use rust_decimal::Decimal;
use tokio::time::sleep;

use super::scenario::bits_of;
use super::settings::Manner;

/// Rates are kept in millionths.
const WHOLE: u32 = 1_000_000;
/// Answers that are cut are read into memory first.
const MAX_ANSWER: usize = 16 << 20;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// No answer comes; half of the calls were carried out all the same.
    Timeout,
    /// Too many calls, it says.
    TooMany,
    /// Trouble on its side; half of the calls were carried out all the same.
    Trouble,
    /// The answer comes late.
    Slow,
    /// The connection breaks in the middle of the answer.
    Cut,
    /// A page instead of an answer; half of the calls were carried out all the same.
    Html,
    /// The answer ends in the middle.
    BadJson,
    /// What is listed or pushed comes twice.
    Duplicate,
    /// Its clock is wrong.
    ClockSkew,
}

impl FaultKind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Timeout,
        Self::TooMany,
        Self::Trouble,
        Self::Slow,
        Self::Cut,
        Self::Html,
        Self::BadJson,
        Self::Duplicate,
        Self::ClockSkew,
    ];

    /// Its name, as `--fault` takes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::TooMany => "429",
            Self::Trouble => "500",
            Self::Slow => "slow",
            Self::Cut => "cut",
            Self::Html => "html",
            Self::BadJson => "bad-json",
            Self::Duplicate => "duplicate",
            Self::ClockSkew => "clock-skew",
        }
    }
}

/// How often what goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rates([u32; FaultKind::ALL.len()]);

/// Why a rate is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RateError {
    /// It is not `KIND=RATE`.
    #[error("wanted KIND=RATE, such as timeout=0.05")]
    Form,
    /// There is no such kind.
    #[error("no such kind; there are timeout, 429, 500, slow, cut, html, bad-json, duplicate, clock-skew")]
    Kind,
    /// The rate is no share of one.
    #[error("wanted a rate from 0 to 1, such as 0.05")]
    Rate,
    /// All rates together are more than one.
    #[error("all rates together are more than 1: a call meets one fault at most")]
    TooMuch,
}

/// A rate of one kind: `timeout=0.05`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    kind: FaultKind,
    millionths: u32,
}

impl FromStr for Rate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Self, RateError> {
        let (kind, rate) = text.split_once('=').ok_or(RateError::Form)?;
        let kind =
            FaultKind::ALL.into_iter().find(|known| known.name() == kind.trim()).ok_or(RateError::Kind)?;
        let rate = Decimal::from_str(rate.trim()).map_err(|_| RateError::Rate)?;
        if rate.is_sign_negative() || rate > Decimal::ONE {
            return Err(RateError::Rate);
        }
        let millionths = (rate * Decimal::from(WHOLE)).trunc();
        let millionths = u32::try_from(millionths).map_err(|_| RateError::Rate)?;
        Ok(Self { kind, millionths })
    }
}

impl Rates {
    /// Rates of several kinds; of one kind the last counts.
    ///
    /// # Errors
    /// [`RateError::TooMuch`].
    pub fn of(rates: impl IntoIterator<Item = Rate>) -> Result<Self, RateError> {
        let mut all = Self::default();
        for rate in rates {
            if let Some(slot) = all.0.get_mut(rate.kind as usize) {
                *slot = rate.millionths;
            }
        }
        if all.0.iter().sum::<u32>() > WHOLE { Err(RateError::TooMuch) } else { Ok(all) }
    }

    /// The same rate of every kind, in millionths.
    ///
    /// # Errors
    /// [`RateError::TooMuch`].
    pub fn all(millionths: u32) -> Result<Self, RateError> {
        Self::of(FaultKind::ALL.map(|kind| Rate { kind, millionths }))
    }

    /// What a call meets.
    pub(super) fn draw(&self, seed: u64, method: &str, number: u64) -> Draw {
        let bits = bits_of(seed, &format!("fault {method} {number}"));
        let mut rest = u32::try_from(bits % u64::from(WHOLE)).unwrap_or_default();
        let mut kind = None;
        for (candidate, rate) in FaultKind::ALL.into_iter().zip(self.0) {
            if rest < rate {
                kind = Some(candidate);
                break;
            }
            rest -= rate;
        }
        Draw { kind, bits: bits / u64::from(WHOLE) }
    }
}

/// What one call meets.
#[derive(Debug, Clone, Copy)]
pub(super) struct Draw {
    pub(super) kind: Option<FaultKind>,
    bits: u64,
}

impl Draw {
    /// A coin of its own.
    pub(super) fn coin(&self) -> bool {
        self.bits & 1 == 1
    }

    /// Whether a fault that may come before or after the work comes after it.
    fn after(&self) -> bool {
        self.bits & 2 == 2
    }

    pub(super) fn is(&self, kind: FaultKind) -> bool {
        self.kind == Some(kind)
    }

    /// Serves a call as the fault has it. `throttled` is the protocol's own way to say that there were too many.
    pub(super) async fn around(
        &self,
        manner: &Manner,
        throttled: impl FnOnce() -> Option<Response>,
        serve: impl Future<Output = Response>,
    ) -> Response {
        match self.kind {
            None | Some(FaultKind::Duplicate | FaultKind::ClockSkew) => serve.await,
            Some(FaultKind::Slow) => {
                sleep(manner.slow).await;
                serve.await
            }
            Some(FaultKind::Timeout) => {
                if self.after() {
                    serve.await;
                }
                sleep(manner.hold).await;
                StatusCode::GATEWAY_TIMEOUT.into_response()
            }
            Some(FaultKind::TooMany) => {
                if self.coin()
                    && let Some(words) = throttled()
                {
                    return words;
                }
                let mut answer = StatusCode::TOO_MANY_REQUESTS.into_response();
                if let Some(seconds) = manner.retry_after {
                    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
                }
                answer
            }
            Some(FaultKind::Trouble) => {
                if self.after() {
                    serve.await;
                }
                let statuses = [
                    StatusCode::INTERNAL_SERVER_ERROR,
                    StatusCode::BAD_GATEWAY,
                    StatusCode::SERVICE_UNAVAILABLE,
                ];
                let place = usize::try_from((self.bits >> 2) % 3).unwrap_or_default();
                statuses.get(place).copied().unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response()
            }
            Some(FaultKind::Html) => {
                if self.after() {
                    serve.await;
                }
                Html("<!DOCTYPE html><html><head><title>502</title></head><body>请稍后再试</body></html>")
                    .into_response()
            }
            Some(FaultKind::Cut) => half(serve.await, true).await,
            Some(FaultKind::BadJson) => half(serve.await, false).await,
        }
    }
}

/// The first half of an answer: broken off, or as if it were whole.
async fn half(answer: Response, broken: bool) -> Response {
    let (mut parts, body) = answer.into_parts();
    let Ok(bytes) = to_bytes(body, MAX_ANSWER).await else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    let half = bytes.slice(..bytes.len() / 2);
    parts.headers.remove(header::CONTENT_LENGTH);
    let body = if broken { Body::new(Broken(Some(half))) } else { Body::from(half) };
    Response::from_parts(parts, body)
}

/// A body that breaks off.
struct Broken(Option<Bytes>);

impl http_body::Body for Broken {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Ready(Some(match self.0.take() {
            Some(bytes) => Ok(Frame::data(bytes)),
            None => Err(std::io::ErrorKind::ConnectionAborted.into()),
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn rates_are_read_and_kept() {
        let rate = |text: &str| text.parse::<Rate>();
        assert_eq!(rate("429=0.05"), Ok(Rate { kind: FaultKind::TooMany, millionths: 50_000 }));
        assert_eq!(rate("slow = 1"), Ok(Rate { kind: FaultKind::Slow, millionths: WHOLE }));
        for (text, error) in [
            ("slow", RateError::Form),
            ("fire=0.1", RateError::Kind),
            ("cut=1.1", RateError::Rate),
            ("cut=-0.1", RateError::Rate),
            ("cut=x", RateError::Rate),
        ] {
            assert_eq!(rate(text), Err(error), "{text}");
        }
        assert_eq!(Rates::all(120_000), Err(RateError::TooMuch));
    }

    #[test]
    fn faults_come_as_often_as_was_asked_and_the_same_again() {
        let rates = Rates::all(50_000).unwrap();
        let mut counts: BTreeMap<Option<FaultKind>, u32> = BTreeMap::new();
        for number in 0..20_000 {
            let draw = rates.draw(5, "order.getOrderList", number);
            assert_eq!(draw.kind, rates.draw(5, "order.getOrderList", number).kind);
            *counts.entry(draw.kind).or_default() += 1;
        }
        assert_eq!(counts.len(), 10);
        for (kind, count) in counts {
            let wanted = if kind.is_some() { 850..1_150 } else { 10_500..11_500 };
            assert!(wanted.contains(&count), "{kind:?} {count}");
        }
        assert_eq!(Rates::default().draw(5, "x", 1).kind, None);
    }
}
