"""Kaggle's house prices (Ames, Iowa): the two files, and toy files like them."""
import csv
import io

import numpy as onp

from ...files import hub
from ...files.archives import BadData
from ...files.reading import read_text

__all__ = []

TOY_TRAIN, TOY_TEST = 1460, 1459  # rows, as in the real files
FIRST_TEST_ID = 1461            # as in the real files

COLUMNS = """
Id MSSubClass MSZoning LotFrontage LotArea Street Alley LotShape LandContour Utilities
LotConfig LandSlope Neighborhood Condition1 Condition2 BldgType HouseStyle OverallQual
OverallCond YearBuilt YearRemodAdd RoofStyle RoofMatl Exterior1st Exterior2nd MasVnrType
MasVnrArea ExterQual ExterCond Foundation BsmtQual BsmtCond BsmtExposure BsmtFinType1
BsmtFinSF1 BsmtFinType2 BsmtFinSF2 BsmtUnfSF TotalBsmtSF Heating HeatingQC CentralAir
Electrical 1stFlrSF 2ndFlrSF LowQualFinSF GrLivArea BsmtFullBath BsmtHalfBath FullBath
HalfBath BedroomAbvGr KitchenAbvGr KitchenQual TotRmsAbvGrd Functional Fireplaces
FireplaceQu GarageType GarageYrBlt GarageFinish GarageCars GarageArea GarageQual
GarageCond PavedDrive WoodDeckSF OpenPorchSF EnclosedPorch 3SsnPorch ScreenPorch
PoolArea PoolQC Fence MiscFeature MiscVal MoSold YrSold SaleType SaleCondition SalePrice
""".split()

# Categories that say nothing about the toy price: 'value share value share ...'
PLAIN_CATEGORIES = {
    'MSZoning': 'RL 80 RM 15 FV 5', 'Street': 'Pave 99 Grvl 1',
    'Alley': 'NA 94 Grvl 3 Pave 3', 'LotShape': 'Reg 63 IR1 33 IR2 4',
    'LandContour': 'Lvl 90 Bnk 5 HLS 5', 'Utilities': 'AllPub 100',
    'LotConfig': 'Inside 72 Corner 19 CulDSac 9', 'LandSlope': 'Gtl 95 Mod 5',
    'Condition1': 'Norm 86 Feedr 8 Artery 6', 'Condition2': 'Norm 99 Feedr 1',
    'BldgType': '1Fam 84 TwnhsE 10 Duplex 6', 'RoofStyle': 'Gable 79 Hip 21',
    'RoofMatl': 'CompShg 98 Tar&Grv 2',
    'Exterior1st': 'VinylSd 55 HdBoard 25 MetalSd 20',
    'Exterior2nd': 'VinylSd 55 HdBoard 25 MetalSd 20', 'ExterCond': 'TA 88 Gd 10 Fa 2',
    'Foundation': 'PConc 50 CBlock 50', 'BsmtCond': 'TA 93 Gd 5 Fa 2',
    'BsmtExposure': 'No 67 Av 16 Gd 9 Mn 8', 'BsmtFinType1': 'Unf 34 GLQ 33 ALQ 33',
    'BsmtFinType2': 'Unf 90 Rec 10', 'Heating': 'GasA 98 GasW 2',
    'Electrical': 'SBrkr 92 FuseA 8', 'Functional': 'Typ 94 Min2 6',
    'GarageFinish': 'Unf 44 RFn 31 Fin 25', 'GarageQual': 'TA 96 Fa 4',
    'GarageCond': 'TA 96 Fa 4', 'PavedDrive': 'Y 92 N 6 P 2',
    'Fence': 'NA 81 MnPrv 14 GdPrv 5', 'MiscFeature': 'NA 96 Shed 4',
    'SaleType': 'WD 90 New 10', 'SaleCondition': 'Normal 90 Abnorml 10',
}
NEIGHBORHOODS = {  # what a place adds to the logarithm of the price
    'OldTown': -.15, 'Edwards': -.1, 'NAmes': -.05, 'Gilbert': 0., 'Somerst': .05,
    'CollgCr': .08, 'NridgHt': .2}
GRADES = ('Fa', 'TA', 'Gd', 'Ex')


@hub.toy('kaggle_house_train')
def write_toy_train(path, rng) -> None:
    """Write toy houses with their prices, in the columns of the real file."""
    _write(path, COLUMNS, _houses(rng, TOY_TRAIN, first_id=1))


@hub.toy('kaggle_house_test')
def write_toy_test(path, rng) -> None:
    """Write toy houses without prices, in the columns of the real file."""
    _write(path, COLUMNS[:-1], _houses(rng, TOY_TEST, first_id=FIRST_TEST_ID))


def _write(path, names, columns):
    rows = zip(*(columns[name] for name in names))
    with open(path, 'w', newline='', encoding='ascii') as file:
        writer = csv.writer(file, lineterminator='\n')
        writer.writerow(names)
        writer.writerows(rows)


def _houses(rng, count, first_id):
    """All columns by name, each a list of `count` values as the file shows them."""
    def whole(low, high):
        return rng.randint(low, high + 1, count)

    quality, built = whole(3, 9), whole(1920, 2009)
    first, basement, lot = whole(600, 1800), whole(500, 1700), whole(3000, 16000)
    second = whole(400, 1000) * whole(0, 1)
    cars, fires, baths = whole(0, 3), whole(0, 2), whole(1, 3)
    place = whole(0, len(NEIGHBORHOODS) - 1)
    sold = whole(2006, 2010)
    columns = {name: _draw(rng, shares, count)
               for name, shares in PLAIN_CATEGORIES.items()}
    columns.update(_areas(rng, whole, first, second, basement, lot))
    columns.update(_rooms(whole, cars, fires, baths, built))
    for name in ('GarageFinish', 'GarageQual', 'GarageCond'):
        columns[name] = onp.where(cars > 0, columns[name], 'NA')
    grade = onp.clip((quality - 2) // 2, 0, 3)
    for name in ('ExterQual', 'BsmtQual', 'KitchenQual', 'HeatingQC'):
        columns[name] = [GRADES[g] for g in onp.clip(grade + whole(-1, 1), 0, 3)]
    columns.update(
        Id=range(first_id, first_id + count), OverallQual=quality,
        OverallCond=whole(4, 8), YearBuilt=built,
        YearRemodAdd=onp.clip(built + whole(0, 40), 1950, 2010),
        MSSubClass=onp.where(second > 0, 60, 20),
        HouseStyle=onp.where(second > 0, '2Story', '1Story'),
        Neighborhood=[list(NEIGHBORHOODS)[i] for i in place],
        CentralAir=onp.where(built > 1940, 'Y', 'N'),
        MoSold=whole(1, 12), YrSold=sold)
    log_price = (10.55 + .1 * quality + .00025 * (first + second) + .0001 * basement
                 + .000008 * lot + .002 * (built - 1920) + .04 * cars + .03 * fires
                 + .03 * baths + onp.take(list(NEIGHBORHOODS.values()), place)
                 + sum(rng.uniform(-.06, .06, count) for _ in range(4)))
    columns['SalePrice'] = (onp.exp(log_price) / 100).round().astype(int) * 100
    return columns


def _areas(rng, whole, first, second, basement, lot):
    """Square feet, and what depends on them."""
    count = len(first)
    finished = basement * whole(0, 1) // 2
    veneer = rng.uniform(size=count)
    area = onp.where(veneer < .6, 0, whole(50, 400))
    front = onp.where(rng.uniform(size=count) < .17, 'NA', (lot // 130).astype(str))
    columns = {'LotFrontage': front, 'LotArea': lot, '1stFlrSF': first,
               '2ndFlrSF': second, 'GrLivArea': first + second,
               'TotalBsmtSF': basement, 'BsmtFinSF1': finished,
               'BsmtUnfSF': basement - finished,
               'MasVnrType': onp.where(veneer < .6, 'None', 'BrkFace'),
               'MasVnrArea': onp.where(veneer > .99, 'NA', area.astype(str)),
               'WoodDeckSF': whole(0, 200) * whole(0, 1),
               'OpenPorchSF': whole(0, 90) * whole(0, 1)}
    for name in ('BsmtFinSF2', 'LowQualFinSF', 'EnclosedPorch', '3SsnPorch',
                 'ScreenPorch', 'PoolArea', 'MiscVal'):  # rarely used
        columns[name] = onp.where(rng.uniform(size=count) < .04, whole(80, 300), 0)
    columns['PoolQC'] = onp.where(columns['PoolArea'] > 0, 'Gd', 'NA')
    return columns


def _rooms(whole, cars, fires, baths, built):
    """Counts of rooms and the like; a missing garage or fireplace has no quality."""
    bedrooms = whole(2, 4)
    return {'FullBath': baths, 'HalfBath': whole(0, 1), 'BedroomAbvGr': bedrooms,
            'KitchenAbvGr': whole(1, 1), 'TotRmsAbvGrd': bedrooms + whole(2, 5),
            'BsmtFullBath': whole(0, 1), 'BsmtHalfBath': whole(0, 1) * whole(0, 1),
            'Fireplaces': fires, 'FireplaceQu': onp.where(fires > 0, 'Gd', 'NA'),
            'GarageCars': cars, 'GarageArea': cars * whole(200, 280),
            'GarageType': onp.where(cars > 0, 'Attchd', 'NA'),
            'GarageYrBlt': onp.where(cars > 0, built.astype(str), 'NA')}


def _draw(rng, shares, count):
    """Random values of a category with the given shares in per cent."""
    words = shares.split()
    bounds = onp.cumsum([int(share) for share in words[1::2]])
    return [words[::2][i] for i in onp.searchsorted(bounds, rng.uniform(0, 100, count),
                                                    side='right')]


# ---- files of a reader's own, which the page reads by itself


@hub.check('kaggle_house_train')
def check_train(path) -> None:
    """BadData, naming the line, where a file cannot be that of houses with prices."""
    names, rows = _table(path)
    if names[-1] != 'SalePrice':
        raise BadData(f'{path} must end with the column SalePrice, got {names[-1]!r}: '
                      'is it the file without prices?')
    for line, row in rows:
        try:
            is_price = 0 < float(row[-1]) < float('inf')
        except ValueError:
            is_price = False
        if not is_price:
            raise BadData(f'line {line} of {path} must end with a price above 0, got '
                          f'{row[-1]!r}')


@hub.check('kaggle_house_test')
def check_test(path) -> None:
    """BadData, naming the line, where a file cannot be that of houses without."""
    names, _ = _table(path)
    if 'SalePrice' in names:
        raise BadData(f'{path} must hold no column SalePrice: is it the file with '
                      'prices?')


def _table(path):
    """Column names, and (line, row) of all rows, which have as many cells."""
    reader = csv.reader(io.StringIO(read_text(path)))
    try:
        table = [(reader.line_num, row) for row in reader if row]
    except csv.Error as error:
        raise BadData(f'line {reader.line_num} of {path} is no line of a table: {error}'
                      ) from error
    _, names = table[0] if table else (1, [''])
    missing = [name for name in COLUMNS[:-1] if name not in names]
    if missing or names[0] != 'Id':
        raise BadData(f'{path} must be a table whose first line names the columns, '
                      f'from Id on; it lacks {", ".join(missing[:3]) or "Id there"}'
                      + f' and {len(missing) - 3} more' * (len(missing) > 3))
    for line, row in table[1:]:
        if len(row) != len(names):
            raise BadData(f'line {line} of {path} must hold {len(names)} cells between '
                          f'commas, as the first, got {len(row)}')
    if len(table) < 3:
        raise BadData(f'{path} must hold two houses at least, got {len(table) - 1}')
    return names, table[1:]
