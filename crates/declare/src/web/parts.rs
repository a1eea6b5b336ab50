//! Small things that many pages show.

use maud::{Markup, html};
use ports::fault::Fault;

use super::view::View;

/// A fault's text without the values that only an occurrence has.
pub(super) fn open(text: &str) -> String {
    let mut parts = text.split('{');
    let mut open = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        open.push('…');
        open.push_str(part.split_once('}').map_or(part, |(_, rest)| rest));
    }
    open
}

/// Faults in words, for a page that says nothing else.
pub(super) fn words(view: &View, faults: &[Fault]) -> String {
    let words =
        faults.iter().map(|fault| format!("{} → {}", fault.message(view.lang), fault.remedy(view.lang)));
    words.collect::<Vec<_>>().join("; ")
}

/// Faults one below the other, each with its place and its remedy.
pub(super) fn faults<'f>(view: &View, faults: impl IntoIterator<Item = &'f Fault>) -> Markup {
    html! {
        ul.remarks {
            @for fault in faults {
                @let tone = if fault.is_error() { "bad" } else { "warn" };
                li {
                    div class={ "remark " (tone) } {
                        p.what {
                            @let place = fault.at.to_string();
                            @if !place.is_empty() { span.cell { (place) } " " }
                            (fault.message(view.lang))
                        }
                        p.remedy { "→ " (fault.remedy(view.lang)) }
                        p.code { (fault.code()) }
                    }
                }
            }
        }
    }
}
