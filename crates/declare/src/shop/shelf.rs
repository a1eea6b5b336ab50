//! What the shop sells: the table.
//!
//! Barcodes begin with 29, which the standard leaves to each shop for its own use, so that they are nobody's articles.
//! The prices of cosmetics lie on both sides of the lines from which consumption tax is due (10 yuan a millilitre or gram,
//! 15 yuan a sheet).

use super::goods::{Consumption, Product, ShopPort};

macro_rules! products {
    ($($number:literal $barcode:literal $item_no:literal $name:literal $hs:literal $consumption:expr,
        $quantity1:literal $unit1:literal, $second:expr, unit $unit:literal from $country:literal, weight $net:literal $gross:literal,
        $spec:literal, $ingredient:literal, $usage:literal, $maker:literal, $brand:literal, cost $cost:literal price $price:literal at $ports:expr;)+) => {
        /// Every product.
        pub static PRODUCTS: &[Product] = &[$(Product {
            number: $number,
            barcode: $barcode,
            item_no: $item_no,
            name: $name,
            hs_code: $hs,
            consumption: $consumption,
            quantity1: $quantity1,
            unit1: $unit1,
            second: $second,
            unit: $unit,
            country: $country,
            net_weight_g: $net,
            gross_weight_g: $gross,
            specification: $spec,
            ingredient: $ingredient,
            usage: $usage,
            manufacturer: $maker,
            brand: $brand,
            import_cost: $cost,
            price: $price,
            ports: $ports,
        }),+];
    };
}

const BONDED: &[ShopPort] = &[ShopPort::Hangzhou];
const DIRECT: &[ShopPort] = &[ShopPort::Guangzhou];
const BOTH: &[ShopPort] = &[ShopPort::Hangzhou, ShopPort::Guangzhou];

products! {
    1 "2900000000018" "SL-SERUM-30" "示例牌焕采精华液" "3304990039" Consumption::ByContent,
        "0.03" "035", Some(("1", "011")), unit "142" from "116", weight 30 140,
        "30ml/瓶", "水、甘油、烟酰胺、透明质酸钠", "护肤", "示例化妆品株式会社", "示例", cost "210.5" price 42_000 at BOTH;
    2 "2900000000025" "SL-LOTION-150" "示例牌保湿乳液" "3304990039" Consumption::ByContent,
        "0.15" "035", Some(("1", "011")), unit "142" from "133", weight 150 260,
        "150ml/瓶", "水、甘油、角鲨烷", "护肤", "示例化妆品(首尔)株式会社", "示例", cost "88" price 19_800 at BOTH;
    3 "2900000000032" "SL-CREAM-50" "示例牌修护面霜" "3304990029" Consumption::ByContent,
        "0.05" "035", Some(("1", "011")), unit "140" from "305", weight 50 170,
        "50g/盒", "水、甘油、神经酰胺", "护肤", "Exemple Cosmétiques S.A.", "Exemple", cost "176" price 38_000 at BONDED;
    4 "2900000000049" "SL-MASK-10" "示例牌补水面膜" "3304990049" Consumption::BySheet(10),
        "0.25" "035", Some(("10", "011")), unit "140" from "133", weight 250 310,
        "25g/片*10片/盒", "水、甘油、透明质酸钠", "护肤", "示例化妆品(首尔)株式会社", "示例", cost "52.8" price 12_900 at BOTH;
    5 "2900000000056" "SL-MASK-5" "示例牌紧致面膜" "3304990049" Consumption::BySheet(5),
        "0.15" "035", Some(("5", "011")), unit "140" from "116", weight 150 200,
        "30g/片*5片/盒", "水、甘油、胶原蛋白", "护肤", "示例化妆品株式会社", "示例", cost "61.2" price 12_500 at BONDED;
    6 "2900000000063" "SL-PERFUME-50" "示例牌香水" "3303000020" Consumption::ByContent,
        "0.05" "035", Some(("1", "011")), unit "142" from "305", weight 50 230,
        "50ml/瓶", "乙醇、水、香精", "芳香", "Exemple Cosmétiques S.A.", "Exemple", cost "320" price 68_000 at DIRECT;
    7 "2900000000070" "SL-LIP-4" "示例牌口红" "3304100091" Consumption::ByContent,
        "0.004" "035", Some(("1", "011")), unit "012" from "305", weight 4 35,
        "4g/支", "蓖麻油、蜂蜡、色素", "唇部美容", "Exemple Cosmétiques S.A.", "Exemple", cost "79" price 16_800 at BOTH;
    8 "2900000000087" "SL-SHAMPOO-500" "示例牌洗发水" "3305100090" Consumption::None,
        "0.5" "035", None, unit "142" from "116", weight 500 580,
        "500g/瓶", "水、月桂醇聚醚硫酸酯钠、椰油酰胺丙基甜菜碱", "洗发", "示例日用品株式会社", "示例", cost "36.4" price 8_800 at BOTH;
    9 "2900000000094" "SL-FORMULA-900" "示例牌婴儿配方奶粉(1段)" "1901101010" Consumption::None,
        "0.9" "035", None, unit "122" from "609", weight 900 1_120,
        "900g/罐,0至6月龄", "生牛乳、乳糖、植物油", "供婴儿食用", "Example Dairy Ltd", "Example", cost "142" price 23_800 at BOTH;
    10 "2900000000100" "SL-FISHOIL-100" "示例牌鱼油软胶囊" "2106909090" Consumption::None,
        "0.12" "035", None, unit "142" from "601", weight 120 190,
        "1.2g/粒*100粒/瓶", "鱼油、明胶、甘油", "膳食补充", "Example Nutrition Pty Ltd", "Example", cost "69" price 15_600 at BOTH;
    11 "2900000000117" "SL-WINE-750" "示例牌干红葡萄酒" "2204210000" Consumption::Wine,
        "0.75" "095", Some(("0.75", "035")), unit "142" from "305", weight 750 1_280,
        "750ml/瓶,酒精度13%vol", "葡萄汁、二氧化硫", "饮用", "Exemple Vins S.A.", "Exemple", cost "84" price 19_800 at BONDED;
    12 "2900000000124" "SL-DIAPER-52" "示例牌婴儿纸尿裤(M)" "9619001100" Consumption::None,
        "1.6" "035", Some(("52", "020")), unit "125" from "116", weight 1_600 1_720,
        "M码,52片/包", "无纺布、绒毛浆、高吸水性树脂", "供婴儿使用", "示例日用品株式会社", "示例", cost "66" price 12_800 at BONDED;
    13 "2900000000131" "SL-TOOTH-100" "示例牌牙膏" "3306101090" Consumption::None,
        "0.1" "035", None, unit "012" from "304", weight 100 125,
        "100g/支", "水合硅石、山梨醇、氟化钠", "清洁牙齿", "Beispiel GmbH", "Beispiel", cost "14.3" price 3_990 at BOTH;
    14 "2900000000148" "SL-CLEANSER-120" "示例牌洁面乳" "3401300000" Consumption::None,
        "0.12" "035", None, unit "012" from "133", weight 120 150,
        "120g/支", "水、椰油酰甘氨酸钾、甘油", "清洁面部", "示例化妆品(首尔)株式会社", "示例", cost "31" price 7_500 at BOTH;
}
