//! Calls to platforms from commands that wait for them.

use ports::fault::Text;
use ports::http::{CallError, Failure};
use ports::xiaohongshu::Vocabulary;
use tokio::runtime::Builder;

use super::Exit;
use super::output::Output;

const NO_THREAD: Text =
    Text { zh: "无法使用网络：{reason}", en: "the network cannot be used: {reason}" };
const UNKNOWN: Text = Text {
    zh: "平台文档之外的内容：{name}（{count} 次）",
    en: "the platform's documentation does not know {name} (seen {count} times)",
};

/// Runs calls and waits for them.
pub(super) fn wait_for<T>(work: impl Future<Output = T>, out: &Output) -> Result<T, Exit> {
    match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => Ok(runtime.block_on(work)),
        Err(error) => {
            out.problem(&out.text(&NO_THREAD, &[("reason", error.to_string())]));
            Err(Exit::Unfinished)
        }
    }
}

/// Says why a call failed.
pub(super) fn failed(error: &CallError, out: &Output) -> Exit {
    out.progress_done();
    out.fault(&error.fault());
    if matches!(error.failure, Failure::NotSetUp(_)) { Exit::Usage } else { Exit::Unfinished }
}

/// Tells those who want to know more what the platform said that its documentation does not know.
pub(super) fn tell_unknown(vocabulary: &Vocabulary, out: &Output) {
    for (name, count) in vocabulary.unknown() {
        out.detail(&out.text(&UNKNOWN, &[("name", name), ("count", count.to_string())]));
    }
}
