//! `customs ports`.

use ports::catalogue::{Catalogue, Port};
use ports::fault::Text;
use serde::Serialize;

use super::Exit;
use super::args::PortsCommand;
use super::output::Output;

const UNKNOWN: Text = Text {
    zh: "口岸目录中没有 {port}；用 customs ports list 查看",
    en: "the catalogue has no port {port}; see customs ports list",
};

const OFFICES: Text = Text { zh: "关区：", en: "offices: " };

#[derive(Serialize)]
struct List<'a> {
    ports: &'a [Port],
}

pub(super) fn run(command: &PortsCommand, out: &Output) -> Exit {
    let catalogue = Catalogue::builtin();
    match command {
        PortsCommand::List if out.json => out.json(&List { ports: catalogue.ports() }),
        PortsCommand::List => catalogue.ports().iter().for_each(|port| out.data(&line(port))),
        PortsCommand::Show { port } => {
            let Some(found) = catalogue.find(port) else {
                out.problem(&out.text(&UNKNOWN, &[("port", port.clone())]));
                return Exit::Usage;
            };
            if out.json {
                out.json(found);
            } else {
                out.data(&line(found));
                out.data(&format!("  {}{}", OFFICES.get(out.lang), found.offices().join(" ")));
            }
        }
    }
    Exit::Done
}

fn line(port: &Port) -> String {
    format!("{}\t{}\t{}", port.name(), port.pinyin(), port.district_code())
}
