//! The page for warehouse staff, without a browser: what it refuses, and that it does what the command line does.

use std::fs;

use crate::serving::{Answer, Serving, Visitor, cookie, serve, token};
use crate::support::{Workplace, sample};

/// Every address to which a form can be sent.
const FORMS: [&str; 10] = [
    "/filings/uploads/0123456789abcdef/import",
    "/filings/imports/1/undo",
    "/filings/sync",
    "/filings/uploads",
    "/orders/P1/release",
    "/orders/P1/repush",
    "/orders/P1/people",
    "/orders/P1/documents/order",
    "/logout",
    "/login",
];

/// A sheet in which every text that a row may have is a script.
fn hostile_sheet() -> String {
    let script = "<script>document.title='broken'</script>";
    let image = "\"\"><img src=x onerror=document.title='broken'>";
    format!(
        "口岸,商品条码,商品名称,海关HS编码,第一法定计量单位数量,第一法定计量单位,企业商品货号,规格型号,用途,品牌,<script>document.title='broken'</script>\n\
         杭州,2900000000605,{script},9999999999,0.125,千克,A-1,\"{image}\",{script},\"{image}\",x\n\
         杭州,{script},\"{image}\",\"{image}\",{script},{script},{script},{script},{script},{script},{script}\n"
    )
}

#[test]
fn every_answer_keeps_the_browser_on_this_site() {
    let place = Workplace::new();
    let page = Serving::here(&place);
    let cookie = page.get("/filings").header("set-cookie").to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    for path in ["/filings", "/nothing-here", "/assets/page.css", "/assets/none", "/healthz", "/metrics"] {
        let answer = page.get(path);
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        let kept = answer.header("cache-control");
        let file = path == "/assets/page.css";
        assert!(if file { kept.contains("immutable") } else { kept == "no-store" }, "{path}: {kept}");
    }
    for page in [page.get("/filings"), page.get("/ports"), page.get("/filings/sync")].map(|page| page.text())
    {
        for forbidden in ["<script>", "<style", " style=", " onclick=", "javascript:", "http://", "https://"]
        {
            assert!(!page.contains(forbidden), "{forbidden} in {page}");
        }
    }
    assert_eq!(page.get("/healthz").text(), "{\"status\":\"ok\"}");
    assert_eq!(page.end(), Some(0));
}

#[test]
fn nothing_is_changed_without_the_token_of_the_session() {
    let place = Workplace::with_filings();
    let page = Serving::here(&place);
    let [visitor, other] = [Visitor::new(&page), Visitor::new(&page)];
    let own = format!("http://{}", page.address);
    let refused = |answer: Answer, what: &str| {
        assert!([400, 403, 415, 422].contains(&answer.status), "{what}: {}", answer.status);
    };
    for path in FORMS {
        for form in [
            String::new(),
            "token=".to_owned(),
            "token=00".to_owned(),
            format!("token={}", "0".repeat(64)),
            format!("token={}", other.token),
        ] {
            refused(visitor.post_from(&own, path, &form), &format!("{path} {form}"));
        }
    }
    for wrong in ["", "00", &other.token] {
        refused(visitor.upload_with(wrong, "goods.csv", b"x"), wrong);
    }
    // A right token does not help a request that comes from another site, or does not say from where.
    for path in FORMS {
        for origin in ["http://evil.example", "null", "http://127.0.0.1", "http://localhost:1"] {
            let answer = visitor.post_from(origin, path, &format!("token={}", visitor.token));
            assert_eq!(answer.status, 403, "{path} from {origin}");
        }
        let headers =
            [("Cookie", visitor.cookie.as_str()), ("Content-Type", "application/x-www-form-urlencoded")];
        let form = format!("token={}", visitor.token);
        assert_eq!(page.request("POST", path, &headers, form.as_bytes()).status, 403, "{path} from nowhere");
    }
    // Other methods are no way around it.
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
        let answer = page.request(method, "/filings/imports/1/undo", &[("Cookie", &visitor.cookie)], b"");
        assert!(answer.status >= 400, "{method}: {}", answer.status);
    }
    let imports = visitor.get("/filings/imports").text();
    assert!(imports.contains("已生效") && !imports.contains("已撤销"), "{imports}");
    // The same form with its own token does it.
    let (_, undone) = visitor.follow(&visitor.post("/filings/imports/1/undo", ""));
    assert!(undone.contains("第 1 号导入已撤销"), "{undone}");
}

#[test]
fn other_hosts_are_not_answered() {
    let place = Workplace::new();
    let page = Serving::here(&place);
    for host in ["evil.example", "evil.example:80", "192.168.1.7", "localhost.evil.example", "a\tb"] {
        let answer = page.request("GET", "/filings", &[("Host", host)], b"");
        assert!([400, 421].contains(&answer.status), "{host}: {}", answer.status);
        assert!(!answer.headers.contains_key("set-cookie"), "{host}");
    }
    let two = page
        .raw(b"GET /filings HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
    assert!([400, 421].contains(&two.status), "{}", two.status);
    assert_eq!(page.request("GET", "/filings", &[("Host", "localhost:1")], b"").status, 200);
}

#[test]
fn paths_lead_to_pages_and_nowhere_else() {
    let place = Workplace::with_filings();
    let page = Serving::here(&place);
    for path in [
        "/assets/../Cargo.toml",
        "/assets/..%2f..%2fetc%2fpasswd",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
        "/assets//etc/passwd",
        "/assets/page.css%00.png",
        "/filings/uploads/..%2f..%2fstore",
        "/filings/uploads/..%2f..%2fstore/report",
        "/jobs/..%2f",
        "/jobs/x/events",
        "/filings/imports/0/undo",
        "/filings/imports/-1/undo",
        "/filings/imports/99999999999999999999/undo",
        "/filings/imports/7/undo",
        "/filings/show?port=..&barcode=..%2f..",
        "/filings/show?port=%00&barcode=A",
        "//evil.example/filings",
    ] {
        let answer = page.get(path);
        assert_eq!(answer.status, 404, "{path}: {}", answer.status);
        assert!(!answer.text().contains("root:"), "{path}");
    }
    for odd in [
        "/filings?page=18446744073709551615",
        "/filings?page=0&text=%00&port=%ff",
        "/filings?text='%22%3Cb%3E",
    ] {
        let answer = page.get(odd);
        assert_eq!(answer.status, 200, "{odd}");
        assert!(!answer.text().contains("<b>'"), "{odd}");
    }
    assert_eq!(page.get("/filings?page=x").status, 400);
}

#[test]
fn what_is_too_large_is_not_taken() {
    let place = Workplace::new();
    let page = Serving::here(&place);
    let visitor = Visitor::new(&page);
    let origin = format!("http://{}", page.address);
    let length = (65_u64 << 20).to_string();
    let headers = [
        ("Cookie", visitor.cookie.as_str()),
        ("Origin", origin.as_str()),
        ("Content-Type", "multipart/form-data; boundary=border"),
        ("Content-Length", length.as_str()),
    ];
    let answer = page.request("POST", "/filings/uploads", &headers, b"--border\r\n");
    assert_eq!(answer.status, 413);
    assert!(answer.text().contains("64 MB"));
    let long = format!("act=compare&more={}", "x".repeat(70 << 10));
    assert_eq!(visitor.post("/filings/sync", &long).status, 413);
    // Names and fields have their bounds too.
    let answer = visitor.upload(&"n".repeat(5_000), b"");
    assert!([200, 303, 400].contains(&answer.status), "{}", answer.status);
    assert_eq!(visitor.upload_with(&"0".repeat(100_000), "goods.csv", b"x").status, 400);
    let many = "X-More: x\r\n".repeat(2_000);
    let flood = format!("GET /filings HTTP/1.1\r\nHost: {}\r\n{many}Connection: close\r\n\r\n", page.address);
    assert!(page.raw(flood.as_bytes()).status >= 400);
    assert_eq!(page.get("/healthz").status, 200);
}

#[test]
fn an_upload_that_grows_beyond_the_limit_is_broken_off() {
    let place = Workplace::new();
    let page = Serving::here(&place);
    let visitor = Visitor::new(&page);
    // Sent in chunks, it does not say beforehand how much will come.
    let part = format!(
        "--border\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n{}\r\n\
         --border\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n",
        visitor.token
    );
    let mut bytes = format!(
        "POST /filings/uploads HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\nCookie: {1}\r\n\
         Content-Type: multipart/form-data; boundary=border\r\nTransfer-Encoding: chunked\r\n\r\n{2:x}\r\n{3}\r\n",
        page.address,
        visitor.cookie,
        part.len(),
        part
    )
    .into_bytes();
    let chunk = vec![b'x'; 1 << 20];
    for _ in 0..66 {
        bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        bytes.extend_from_slice(&chunk);
        bytes.extend_from_slice(b"\r\n");
    }
    // The answer may be lost when the connection is cut while bytes are still coming; what counts is that nothing is kept.
    let answer = page.raw(&bytes);
    assert!([0, 413].contains(&answer.status), "{}", answer.status);
    let left = |folder| fs::read_dir(place.path(folder)).map_or(0, Iterator::count);
    let begun = std::time::Instant::now();
    while left("customs-data/uploads") > 0 && begun.elapsed().as_secs() < 60 {
        std::thread::yield_now();
    }
    assert_eq!(left("customs-data/uploads"), 0);
    assert_eq!(page.get("/healthz").status, 200);
}

#[test]
fn scripts_in_a_sheet_are_shown_as_text() {
    let place = Workplace::new();
    let page = Serving::here(&place);
    let visitor = Visitor::new(&page);
    let answer = visitor.upload("<img src=x onerror=1>.csv", hostile_sheet().as_bytes());
    let (preview, text) = visitor.follow(&answer);
    assert!(text.contains("&lt;script&gt;") && text.contains("&lt;img src=x onerror=1&gt;.csv"), "{text}");
    let (_, imported) = visitor.follow(&visitor.post(&format!("{preview}/import"), "whole="));
    let pages = [
        text,
        imported,
        visitor.get(&format!("{preview}?fault=%3Cscript%3E")).text(),
        visitor.get("/filings?text=%3Cscript%3Ealert(1)%3C/script%3E&port=%22%3E%3Cscript%3E").text(),
        visitor.get("/filings/imports").text(),
        visitor.get("/filings/show?port=%E6%9D%AD%E5%B7%9E&barcode=2900000000605").text(),
        visitor.get("/filings/imports/1/undo").text(),
        visitor.get("/language?to=%3Cscript%3E&back=%3Cscript%3E").text(),
    ];
    for page in pages {
        assert!(!page.contains("<script>") && !page.contains("<img src=x"), "{page}");
    }
    let filing = visitor.get("/filings/show?port=%E6%9D%AD%E5%B7%9E&barcode=2900000000605").text();
    assert!(filing.contains("&lt;script&gt;document.title='broken'&lt;/script&gt;"), "{filing}");
}

#[test]
fn headers_cannot_be_written_from_outside() {
    let place = Workplace::new();
    let page = Serving::here(&place);
    let visitor = Visitor::new(&page);
    for back in [
        "/%0d%0aX-Evil:%201",
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "%0d%0aSet-Cookie:a=b",
    ] {
        let answer = visitor.get(&format!("/language?to=en%0d%0aX-Evil:%201&back={back}"));
        assert_eq!((answer.status, answer.header("location")), (303, "/"), "{back}");
        assert!(!answer.headers.contains_key("x-evil"));
        assert!(answer.headers["set-cookie"].iter().all(|cookie| cookie.starts_with("customs_")), "{back}");
    }
    let answer = visitor.upload("a%0d%0aX-Evil: 1\u{2028}; x=y.csv", b"a,b\n1,2\n");
    let (preview, _) = visitor.follow(&answer);
    let report = visitor.get(&format!("{preview}/report"));
    assert_eq!(report.status, 200);
    assert!(!report.headers.contains_key("x-evil"));
    assert!(report.header("content-disposition").starts_with("attachment; "), "{:?}", report.headers);
    assert!(report.body.starts_with(b"PK"));
}

#[test]
fn bound_elsewhere_it_wants_a_login() {
    let place = Workplace::with_filings();
    let page = serve(&place, &["--listen", "0.0.0.0:0"]);
    assert_eq!(page.said["login"], true);
    let file = place.path(page.said["token_file"].as_str().unwrap());
    let secret = fs::read_to_string(&file).unwrap().trim().to_owned();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    for path in
        ["/", "/filings", "/filings/export", "/filings/imports/1/undo", "/ports", "/jobs/x", "/nowhere"]
    {
        let answer = page.get(path);
        assert_eq!(answer.status, 303, "{path}");
        assert!(
            answer.header("location").starts_with("/login?back=%2F")
                || answer.header("location").starts_with("/login?back=/"),
            "{path}"
        );
        assert!(answer.body.is_empty(), "{path}");
    }
    let asked = page.request("GET", "/filings", &[("HX-Request", "true")], b"");
    assert_eq!((asked.status, asked.header("hx-redirect")), (204, "/login?back=/filings"));
    assert_eq!([page.get("/healthz").status, page.get("/metrics").status], [200, 401]);

    let first = page.get("/login?back=%2Fports");
    let cookie_before = cookie(&first);
    let stranger = Visitor { page: &page, cookie: cookie_before.clone(), token: token(&first.text()) };
    assert_eq!(stranger.post("/filings/sync", "act=compare").status, 401);
    let wrong = stranger.post("/login", "word=0000000000000000&back=/ports");
    assert_eq!(wrong.status, 401);
    assert!(wrong.text().contains("口令不正确") && !wrong.headers.contains_key("set-cookie"));

    let right = stranger.post("/login", &format!("word={secret}&back=%2Fports"));
    assert_eq!((right.status, right.header("location")), (303, "/ports"));
    let set = right.header("set-cookie").to_owned();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict") && set.contains("Path=/"), "{set}");
    assert_ne!(cookie(&right), cookie_before, "the number from before the login must not count");
    // The number from before is as good as none.
    assert_eq!(stranger.get("/filings").status, 303);
    let known =
        Visitor { page: &page, cookie: cookie(&right), token: String::new() }.with_token("/filings/sync");
    assert_eq!(known.get("/filings").status, 200);
    assert!(known.get("/filings").text().contains("退出"));
    assert_eq!(
        page.request("GET", "/metrics", &[("Authorization", &format!("Bearer {secret}"))], b"").status,
        200
    );
    assert_eq!(page.request("GET", "/metrics", &[("Authorization", "Bearer x")], b"").status, 401);
    assert_eq!(known.post("/logout", "").status, 303);
    assert_eq!(known.get("/filings").status, 303);

    // Who guesses has to wait, and so has everybody else for a moment.
    let tries: Vec<u16> = (0..20).map(|_| stranger.post("/login", "word=guess").status).collect();
    assert!(tries.contains(&429), "{tries:?}");
    drop(page);

    // The next start takes the same token; one that is in the configuration counts on this machine too.
    let page = serve(&place, &["--listen", "0.0.0.0:0"]);
    assert_eq!(fs::read_to_string(&file).unwrap().trim(), secret);
    drop(page);
    place.write("customs.toml", "[web]\ntoken = { file = \"word\" }\nhosts = [\"customs.lan\"]\n");
    place.write("word", "short\n");
    assert_eq!(place.run(&["serve", "--listen", "127.0.0.1:0"]).code, 2);
    place.write("word", "a token of our own\n");
    let page = Serving::here(&place);
    assert_eq!((page.said["login"].as_bool(), page.get("/filings").status), (Some(true), 303));
    assert_eq!(page.request("GET", "/filings", &[("Host", "customs.lan")], b"").status, 303);
}

#[test]
fn the_page_and_the_command_line_say_the_same() {
    let file = sample("goods-with-mistakes.csv");
    let place = Workplace::new();
    let checked = place.run(&["filing", "check", file.to_str().unwrap(), "--json", "--lang", "zh"]).json();
    let by_hand = Workplace::new();
    let imported =
        by_hand.run(&["filing", "import", file.to_str().unwrap(), "--json", "--lang", "zh"]).json();

    let page = Serving::here(&place);
    let visitor = Visitor::new(&page);
    let (preview, text) =
        visitor.follow(&visitor.upload("goods-with-mistakes.csv", &fs::read(&file).unwrap()));
    for fault in checked["files"][0]["faults"].as_array().unwrap() {
        for part in ["code", "message", "remedy"] {
            let shown = fault[part]
                .as_str()
                .unwrap()
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('"', "&quot;");
            assert!(text.contains(&shown), "{part} {shown}\n{text}");
        }
    }
    let figures = |text: &str| -> Vec<String> {
        text.split("<dd>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).take(5).collect()
    };
    let count = |name: &str| imported["files"][0][name].to_string();
    let told = ["new", "changed", "unchanged", "warned", "refused"].map(count);
    assert_eq!(figures(&text), told);
    // One remark at a time.
    let only = visitor.get(&format!("{preview}?fault=FIL-HS-LENGTH")).text();
    assert!(only.contains("第 3 行") && !only.contains("第 4 行"), "{only}");

    let (job, done) = visitor.follow(&visitor.post(&format!("{preview}/import"), "whole="));
    assert!(job.starts_with("/jobs/") && done.contains("goods-with-mistakes.csv"), "{done}");
    // The whole file is not taken while a row is refused, and nothing is taken twice.
    let (_, whole) = visitor.follow(&visitor.post(&format!("{preview}/import"), "whole=yes"));
    assert!(whole.contains("没有导入"), "{whole}");
    let events = visitor.get(&format!("{job}/events"));
    assert!(events.header("content-type").starts_with("text/event-stream"));
    assert!(events.text().contains("event: over"), "{}", events.text());
    assert_eq!(page.end(), Some(0));

    let list = |place: &Workplace| place.run(&["filing", "list", "--json"]).json();
    assert_eq!(list(&place), list(&by_hand));
    assert!(place.run(&["filing", "imports"]).stdout.contains("goods-with-mistakes.csv"));
}

#[test]
fn while_the_page_is_open_the_command_line_says_who_has_the_store() {
    let place = Workplace::new();
    let page = Serving::here(&place);
    let ran = place.run(&["filing", "imports"]);
    assert_eq!(ran.code, 3);
    assert!(ran.stderr.contains("in use by another customs process"), "{}", ran.stderr);
    drop(page);
}
