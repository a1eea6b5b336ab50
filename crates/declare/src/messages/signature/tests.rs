use std::path::Path;
use std::process::Command;

use super::{Algorithm, KeyFile, Signer as _, Verdict, sign, verify};
use crate::documents::Guid;
use crate::messages::{MessageBuilder, MessageKind, Transmitter};

/// A key and its certificate, made for this test by another program.
fn openssl(folder: &Path, algorithm: Algorithm) -> KeyFile {
    let run = |args: &[&str]| {
        let output = Command::new("openssl")
            .args(args)
            .current_dir(folder)
            .output()
            .expect("openssl is installed by tests/run");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    match algorithm {
        Algorithm::RsaSha1 => {
            run(&["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024", "-out", "key.pem"])
        }
        Algorithm::Sm2Sm3 => run(&["genpkey", "-algorithm", "SM2", "-out", "key.pem"]),
    }
    let mut request = vec![
        "req",
        "-x509",
        "-new",
        "-key",
        "key.pem",
        "-subj",
        "/CN=test",
        "-days",
        "1",
        "-out",
        "certificate.pem",
    ];
    if algorithm == Algorithm::Sm2Sm3 {
        request.push("-sm3");
    }
    run(&request);
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let key = String::from_utf8(read("key.pem")).unwrap();
    KeyFile::from_pem(algorithm, &key, &read("certificate.pem")).unwrap()
}

fn message() -> Vec<u8> {
    let transmitter =
        Transmitter { code: "3301966K00", name: "某某<供应链>&公司", dxp_id: "DXPENT0000000001" };
    MessageBuilder::new(MessageKind::Order, Guid::random()).finish(&transmitter)
}

fn both(mut test: impl FnMut(KeyFile)) {
    for algorithm in [Algorithm::RsaSha1, Algorithm::Sm2Sm3] {
        let folder = tempfile::tempdir().unwrap();
        test(openssl(folder.path(), algorithm));
    }
}

#[test]
fn a_signed_message_verifies_and_keeps_its_bytes() {
    both(|key| {
        let message = message();
        let signed = String::from_utf8(sign(&message, &key).unwrap()).unwrap();
        assert_eq!(verify(&signed), Verdict::Valid);
        let (start, end) = (signed.find("<ds:Signature ").unwrap(), signed.find("</ds:Signature>").unwrap());
        let bare = format!("{}{}", &signed[..start], &signed[end + "</ds:Signature>".len()..]);
        assert_eq!(bare.as_bytes(), message);
        assert_eq!(
            sign(&message, &key).unwrap(),
            signed.as_bytes(),
            "the same key signs the same bytes alike"
        );
        assert!(signed.contains(key.algorithm().signature_uri()));
        assert!(signed.contains(&format!("<ds:KeyName>{}</ds:KeyName>", key.certificate().serial())));
    });
}

#[test]
fn a_byte_changed_anywhere_is_found() {
    both(|key| {
        let signed = sign(&message(), &key).unwrap();
        let declaration = signed.iter().position(|byte| *byte == b'>').unwrap();
        for at in declaration + 1..signed.len() {
            let mut changed = signed.clone();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let Ok(text) = std::str::from_utf8(&changed) else { continue };
            assert_ne!(
                verify(text),
                Verdict::Valid,
                "byte {at}: {}",
                &text[at.saturating_sub(20)..(at + 20).min(text.len())]
            );
        }
    });
}

#[test]
fn a_message_without_signature_is_unsigned() {
    assert_eq!(verify(std::str::from_utf8(&message()).unwrap()), Verdict::Unsigned);
    assert_eq!(verify("<a"), Verdict::NotXml);
}

#[test]
fn key_and_certificate_have_to_belong_together() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for folder in [&one, &other] {
        openssl(folder.path(), Algorithm::Sm2Sm3);
    }
    let key = std::fs::read_to_string(one.path().join("key.pem")).unwrap();
    let certificate = std::fs::read(other.path().join("certificate.pem")).unwrap();
    let fault = KeyFile::from_pem(Algorithm::Sm2Sm3, &key, &certificate).unwrap_err();
    assert_eq!(fault, super::KeyFault::Mismatch);
    assert_eq!(
        KeyFile::from_pem(Algorithm::RsaSha1, &key, &certificate).unwrap_err(),
        super::KeyFault::NotAKey(Algorithm::RsaSha1)
    );
}
