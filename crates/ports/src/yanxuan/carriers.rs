//! The platform's carriers, which it names in Chinese.

/// Names of the platform's list, and the code under which shops and the configuration know the same carrier. Names for which no
/// code is known are not in it.
const CODES: [(&str, &str); 10] = [
    ("EMS", "ems"),
    ("顺丰", "shunfeng"),
    ("韵达", "yunda"),
    ("中通", "zto"),
    ("圆通", "yuantong"),
    ("申通", "shentong"),
    ("天天", "tiantian"),
    ("德邦", "debangwuliu"),
    ("京东物流", "jd"),
    ("京东快递", "jd"),
];

/// The code of a carrier: as in `[carriers.…]`, where it is known, else the name itself. Nothing is guessed from likeness.
pub fn carrier(name: &str) -> &str {
    let name = name.trim();
    CODES.iter().find(|(known, _)| *known == name).map_or(name, |(_, code)| code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_name_has_a_code_and_another_keeps_its_name() {
        assert_eq!(carrier(" 顺丰 "), "shunfeng");
        assert_eq!(carrier("京东快递"), carrier("京东物流"));
        assert_eq!(carrier("百世汇通"), "百世汇通");
        assert_eq!(carrier("顺丰国际"), "顺丰国际", "another company than its namesake");
    }
}
