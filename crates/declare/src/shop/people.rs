//! The shop's customers, who do not exist: their identity numbers have a right check character and belong to people born
//! before 1910, their telephones a prefix that is given to no operator, as far as is known, and their streets are examples.

use super::random::Random;

/// A person as the platform knows one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The name.
    pub name: String,
    /// The identity number.
    pub id_number: String,
    /// The mobile telephone.
    pub telephone: String,
}

/// A division of the country, down to the street office.
#[derive(Debug, PartialEq, Eq)]
pub struct Region {
    /// Province.
    pub province: &'static str,
    /// City.
    pub city: &'static str,
    /// District.
    pub district: &'static str,
    /// Town or street office; empty when addresses there have none.
    pub town: &'static str,
    /// Division codes of province, city and district.
    pub codes: [&'static str; 3],
}

/// Where customers live.
pub static REGIONS: [Region; 8] = [
    region("浙江省", "杭州市", "西湖区", "文新街道", ["330000", "330100", "330106"]),
    region("浙江省", "宁波市", "鄞州区", "", ["330000", "330200", "330212"]),
    region("上海市", "上海市", "浦东新区", "陆家嘴街道", ["310000", "310100", "310115"]),
    region("北京市", "北京市", "东城区", "", ["110000", "110100", "110101"]),
    region("广东省", "广州市", "天河区", "石牌街道", ["440000", "440100", "440106"]),
    region("广东省", "深圳市", "南山区", "", ["440000", "440300", "440305"]),
    region("四川省", "成都市", "武侯区", "", ["510000", "510100", "510107"]),
    region("湖北省", "武汉市", "江岸区", "", ["420000", "420100", "420102"]),
];

const SURNAMES: [&str; 20] = [
    "甄", "贾", "艾", "柏", "费", "凌", "乐", "余", "时", "安", "和", "成", "戴", "纪", "舒", "席", "麻",
    "江", "童", "欧阳",
];
const GIVEN: [&str; 24] = [
    "样样", "例例", "小样", "大例", "试试", "范例", "例行", "样本", "可试", "之范", "若例", "如样", "思例",
    "文样", "雨例", "晨样", "子例", "一样", "嘉例", "明样", "宇例", "欣样", "静例", "安样",
];

/// The years in which customers were born: all of them more than a lifetime ago.
const BORN: (u64, u64) = (1880, 1909);
/// The beginning of telephone numbers.
const TELEPHONE_PREFIX: &str = "169";
/// Weights of the first 17 digits of an identity number, and its check characters (GB 11643-1999).
const ID_WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const ID_CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];

const fn region(
    province: &'static str,
    city: &'static str,
    district: &'static str,
    town: &'static str,
    codes: [&'static str; 3],
) -> Region {
    Region { province, city, district, town, codes }
}

/// The check character of the first 17 digits of an identity number.
pub fn id_check(digits: &str) -> char {
    let weighed =
        digits.bytes().zip(ID_WEIGHTS).map(|(digit, weight)| u32::from(digit.wrapping_sub(b'0')) * weight);
    let sum: u32 = weighed.sum();
    ID_CHECKS.get((sum % 11) as usize).copied().unwrap_or('1')
}

impl Person {
    /// A person out of nothing.
    pub fn invent(random: &mut Random) -> Self {
        let (surname, given) = (random.one_of(&SURNAMES), random.one_of(&GIVEN));
        let area = random.one_of(&REGIONS).map_or("110101", |region| region.codes[2]);
        let (year, month) = (random.between(BORN.0, BORN.1), random.between(1, 12));
        // The 28th is a day of every month.
        let (day, sequence) = (random.between(1, 28), random.below(1_000));
        let mut id_number = format!("{area}{year}{month:02}{day:02}{sequence:03}");
        id_number.push(id_check(&id_number));
        Self {
            name: [surname, given].into_iter().flatten().copied().collect(),
            id_number,
            telephone: format!("{TELEPHONE_PREFIX}{:08}", random.below(100_000_000)),
        }
    }

    /// A telephone under which a courier reaches the person for some days: it is no buyer's telephone.
    pub fn relay(&self, extension: u64) -> String {
        format!("{}-{:04}", self.telephone, extension % 10_000)
    }
}

/// A place to which a parcel goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Down to the street office.
    pub region: &'static Region,
    /// The rest.
    pub street: String,
}

impl Address {
    /// A place out of nothing.
    pub fn invent(random: &mut Random) -> Self {
        let place = usize::try_from(random.below(REGIONS.len() as u64)).unwrap_or(0);
        let region = REGIONS.get(place).unwrap_or(&REGIONS[0]);
        let (number, house) = (random.between(1, 999), random.between(1, 30));
        let (floor, door) = (random.between(1, 28), random.between(1, 4));
        Self { region, street: format!("示例路{number}号{house}幢{floor}{door:02}室") }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::identity::{IdNumber, Mobile};

    #[test]
    fn check_characters_are_right() {
        for number in ["110101190101010011", "310115190402290024", "440305190512310038", "33010619020310007X"]
        {
            assert!(number.ends_with(id_check(&number[..17])), "{number}");
        }
    }

    #[test]
    fn people_pass_for_people() {
        let mut random = Random::new(7);
        for _ in 0..2_000 {
            let person = Person::invent(&mut random);
            assert!(IdNumber::parse(&person.id_number, date(2026, 11, 22)).is_ok(), "{}", person.id_number);
            assert!(("1880".."1910").contains(&&person.id_number[6..10]));
            assert!(Mobile::parse(&person.telephone).is_some() && Mobile::parse(&person.relay(12)).is_none());
            assert!(person.name.chars().count() >= 2);
            assert!(!Address::invent(&mut random).street.is_empty());
        }
    }
}
