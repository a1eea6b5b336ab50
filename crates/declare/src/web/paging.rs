//! Long lists, page by page.

use maud::{Markup, html};
use ports::fault::Text;

use super::view::{View, count};

const PREVIOUS: Text = Text { zh: "上一页", en: "Previous" };
const NEXT: Text = Text { zh: "下一页", en: "Next" };
const WHERE: Text = Text { zh: "第 {from}–{to} 条，共 {all} 条", en: "{from}–{to} of {all}" };
const PAGES: Text = Text { zh: "翻页", en: "Pages" };

/// The pages of a list, the first being 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pages {
    all: usize,
    size: usize,
    page: usize,
}

impl Pages {
    /// A page of a list of `all`; a page that is not there is the nearest one that is.
    pub(super) fn new(all: usize, size: usize, page: usize) -> Self {
        let last = all.div_ceil(size.max(1)).max(1);
        Self { all, size, page: page.clamp(1, last) }
    }

    /// How many stand before the page.
    pub(super) fn first(&self) -> usize {
        (self.page - 1) * self.size
    }

    fn end(&self) -> usize {
        self.all.min(self.first() + self.size)
    }
}

/// The links to the pages beside this one; nothing when there is only one.
pub(super) fn links(view: &View, pages: &Pages, address: impl Fn(usize) -> String) -> Markup {
    let told = [
        ("from", count(pages.all.min(pages.first() + 1))),
        ("to", count(pages.end())),
        ("all", count(pages.all)),
    ];
    html! {
        @if pages.all > pages.size {
            nav.pages aria-label=(view.t(&PAGES)) {
                @if pages.page > 1 { a.button rel="prev" href=(address(pages.page - 1)) { "← " (view.t(&PREVIOUS)) } }
                span { (view.fill(&WHERE, &told)) }
                @if pages.end() < pages.all { a.button rel="next" href=(address(pages.page + 1)) { (view.t(&NEXT)) " →" } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_is_not_there_is_the_nearest_that_is() {
        let of = |all, page| {
            let pages = Pages::new(all, 20, page);
            (pages.page, pages.first(), pages.end())
        };
        assert_eq!(of(0, 0), (1, 0, 0));
        assert_eq!(of(20, 2), (1, 0, 20));
        assert_eq!(of(21, 9), (2, 20, 21));
        assert_eq!(of(100, usize::MAX), (5, 80, 100));
    }
}
