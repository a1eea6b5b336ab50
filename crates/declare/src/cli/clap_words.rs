//! Help, and what is said about arguments that are none.

use std::ffi::OsString;
use std::io;

use ports::fault::Lang;

use super::Exit;
use super::output::{Failure, lang_of_environment, print};

/// The parser's own words and ours for them, in the order in which they are replaced.
const CHINESE: [(&str, &str); 13] = [
    ("error: ", "错误："),
    ("Usage: ", "用法："),
    ("For more information, try '--help'.", "更多信息见 '--help'。"),
    ("the following required arguments were not provided:", "缺少必需的参数："),
    ("unexpected argument ", "不认识的参数 "),
    ("unrecognized subcommand ", "没有命令 "),
    ("invalid value ", "不可用的值 "),
    ("a value is required for ", "需要一个值："),
    (" but none was supplied", ""),
    ("some similar subcommands exist: ", "相近的命令："),
    ("a similar subcommand exists: ", "相近的命令："),
    ("a similar argument exists: ", "相近的参数："),
    ("  tip: ", "  提示："),
];

/// Help and version are answers on stdout; everything else is wrong use.
pub(super) fn tell(error: &clap::Error, args: &[OsString]) -> Exit {
    if !error.use_stderr() {
        return match error.print() {
            Err(failed) if failed.kind() != io::ErrorKind::BrokenPipe => {
                let _ =
                    io::Write::write_all(&mut io::stderr().lock(), format!("stdout: {failed}\n").as_bytes());
                Exit::Unfinished
            }
            _ => Exit::Done,
        };
    }
    let text = words(&error.render().to_string(), lang(args));
    if args.iter().any(|arg| arg == "--json") {
        let failure = Failure::of(text.trim().to_owned());
        print(&format!("{}\n", serde_json::to_string_pretty(&failure).unwrap_or_else(|_| "{}".to_owned())));
    }
    if lang(args) == Lang::Zh {
        // Nobody is left to be told when stderr is closed.
        let _ = io::Write::write_all(&mut io::stderr().lock(), text.as_bytes());
    } else {
        let _ = error.print();
    }
    Exit::Usage
}

fn words(text: &str, lang: Lang) -> String {
    match lang {
        Lang::En => text.to_owned(),
        Lang::Zh => CHINESE.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to)),
    }
}

/// The language asked for, as far as arguments that could not be read say it.
fn lang(args: &[OsString]) -> Lang {
    let given = |word: &str| {
        args.windows(2).any(|pair| pair[0] == "--lang" && pair[1] == word)
            || args.iter().any(|arg| arg.to_str() == Some(format!("--lang={word}").as_str()))
    };
    if given("zh") {
        Lang::Zh
    } else if given("en") {
        Lang::En
    } else {
        lang_of_environment()
    }
}
