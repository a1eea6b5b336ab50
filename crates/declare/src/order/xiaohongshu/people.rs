//! The people of an order.

use std::borrow::Cow;

use ports::fault::{Arg, Text};
use ports::xiaohongshu::{BoundExtendInfo, DeclareInfo, DeclareInfos, ReceiverInfo, ReceiverInfos};

use super::findings::Findings;
use crate::documents::field::clean;
use crate::identity::{IdNumber, IdNumberFault, Mobile, mask_id, mask_telephone};
use crate::order::{Buyer, Consignee, PersonalText, faults};
use crate::setting::Setting;

const BUYER_ROLE: &str = "订购人";

/// Whether a text is the platform's ciphertext, `#index#cipher#kind##`.
fn is_ciphertext(text: &str) -> bool {
    let Some(inner) = text.trim().strip_prefix('#').and_then(|text| text.strip_suffix("##")) else {
        return false;
    };
    let mut parts = inner.rsplit('#');
    let kind = parts.next().unwrap_or_default();
    !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_digit()) && parts.count() >= 2
}

/// Whether letters of a text are masked. A single asterisk may belong to an address.
fn is_masked(text: &str, address: bool) -> bool {
    if address { text.contains("**") || text.contains("＊＊") } else { text.contains(['*', '＊']) }
}

/// A personal text that can be used; else its fault is told.
fn in_the_clear(
    path: &str,
    (zh, en): (&'static str, &'static str),
    value: &str,
    address: bool,
    findings: &mut Findings<'_>,
) -> bool {
    let kind = if clean(Cow::Borrowed(value)).is_empty() {
        findings.missing(path, zh, en);
        return false;
    } else if is_ciphertext(value) {
        &faults::ENCRYPTED
    } else if is_masked(value, address) {
        &faults::MASKED
    } else {
        return true;
    };
    findings.add(kind, path).args.push(("field", Text { zh, en }.into()));
    false
}

pub(super) fn read_buyer(
    declare: &DeclareInfos,
    setting: &Setting<'_>,
    findings: &mut Findings<'_>,
) -> Option<Buyer> {
    let entries = &declare.order_declare_infos;
    let Some(index) = entries.iter().position(|entry| entry.role.trim() == BUYER_ROLE) else {
        findings.add(&faults::NO_BUYER, "declare_info.orderDeclareInfos");
        return None;
    };
    let entry = &entries[index];
    let path = |field: &str| format!("declare_info.orderDeclareInfos[{index}].{field}");
    let name =
        in_the_clear(&path("idName"), ("订购人姓名", "the buyer's name"), &entry.id_name, false, findings);
    let id_number = read_id_number(&entry.id_number, &path("idNumber"), setting, findings);
    let telephone = read_telephone(entry, &path("linkPhone"), findings);
    let name = name.then(|| PersonalText(entry.id_name.trim().to_owned()));
    Some(Buyer { name: name?, id_number: id_number?, telephone: telephone? })
}

fn read_id_number(
    text: &str,
    path: &str,
    setting: &Setting<'_>,
    findings: &mut Findings<'_>,
) -> Option<IdNumber> {
    if !in_the_clear(path, ("订购人身份证号码", "the buyer's identity number"), text, false, findings)
    {
        return None;
    }
    match IdNumber::parse(text, setting.today) {
        Ok(number) => Some(number),
        Err(fault) => {
            let (zh, en) = match fault {
                IdNumberFault::Length => ("不是18位", "it does not have 18 characters"),
                IdNumberFault::Characters => ("含有不允许的字符", "it has a character that cannot be"),
                IdNumberFault::Province => ("地区码不存在", "there is no such province"),
                IdNumberFault::BirthDate => ("出生日期不存在", "there is no such birth date"),
                IdNumberFault::CheckDigit => ("校验码不符", "the check digit does not fit"),
            };
            let masked = Arg::Value(mask_id(text.trim()));
            let args = [("masked", masked), ("reason", Text { zh, en }.into())];
            findings.add(&faults::ID_NUMBER, path).args.extend(args);
            None
        }
    }
}

fn read_telephone(entry: &DeclareInfo, path: &str, findings: &mut Findings<'_>) -> Option<Mobile> {
    let name = ("订购人电话", "the buyer's telephone");
    if !in_the_clear(path, name, &entry.link_phone, false, findings) {
        return None;
    }
    let telephone = Mobile::parse(&entry.link_phone).filter(|_| entry.virtual_number_flag != Some(true));
    if telephone.is_none() {
        let args = [("masked", mask_telephone(entry.link_phone.trim()))];
        findings.say(&faults::TELEPHONE, path, &args);
    }
    telephone
}

pub(super) fn read_consignee(
    receiver: ReceiverInfos,
    block: &BoundExtendInfo,
    findings: &mut Findings<'_>,
) -> Option<Consignee> {
    let Some(info) = receiver.receiver_infos.into_iter().next() else {
        findings.missing("receiver.receiverInfos", "收件人", "the receiver");
        return None;
    };
    if info.matched == Some(false) {
        findings.add(&faults::ADDRESS_CHANGED, "receiver.receiverInfos[0].matched");
        return None;
    }
    let before = findings.faults.len();
    let nothing = String::new();
    let fields = [
        ("receiverName", Some(&info.receiver_name), ("收货人姓名", "the consignee's name")),
        ("receiverPhone", Some(&info.receiver_phone), ("收货人电话", "the consignee's telephone")),
        ("receiverAddress", Some(&info.receiver_address), ("收货地址", "the address")),
        ("receiverProvinceName", info.receiver_province_name.as_ref(), ("省", "the province")),
        ("receiverCityName", info.receiver_city_name.as_ref(), ("市", "the city")),
        ("receiverDistrictName", info.receiver_district_name.as_ref(), ("区", "the district")),
        ("receiverTownName", info.receiver_town_name.as_ref(), ("街道", "the town")),
    ];
    for (index, (field, value, name)) in fields.into_iter().enumerate() {
        let value = value.unwrap_or(&nothing);
        // Only the first three are mandatory.
        if index < 3 || !value.trim().is_empty() {
            let path = format!("receiver.receiverInfos[0].{field}");
            in_the_clear(&path, name, value, index > 1, findings);
        }
    }
    let district = block.zone_codes.last().map(|code| code.trim().to_owned());
    let consignee = Consignee {
        address: PersonalText(join_address(&info)),
        name: PersonalText(info.receiver_name),
        telephone: PersonalText(info.receiver_phone),
        district: district.filter(|code| code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit())),
    };
    (findings.faults.len() == before).then_some(consignee)
}

/// Province, city, district, town, street. A direct municipality is its own province and stands once.
fn join_address(info: &ReceiverInfo) -> String {
    let mut address = String::new();
    let mut last = "";
    let parts = [
        info.receiver_province_name.as_deref(),
        info.receiver_city_name.as_deref(),
        info.receiver_district_name.as_deref(),
        info.receiver_town_name.as_deref(),
        Some(info.receiver_address.as_str()),
    ];
    for part in parts.into_iter().flatten().map(str::trim).filter(|part| !part.is_empty()) {
        if part != last {
            address.push_str(part);
        }
        last = part;
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ciphertext_is_known_by_its_shape() {
        for text in ["#aGk=#Y2lwaGVy#2##", " #i#c#4## ", "#i#c#c#15##"] {
            assert!(is_ciphertext(text), "{text}");
        }
        for text in ["", "#", "##", "#1##", "张三", "3#楼2#门", "#a#b#c##", "a#i#c#4##"] {
            assert!(!is_ciphertext(text), "{text}");
        }
    }
}
