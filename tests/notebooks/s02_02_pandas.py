# 2.2 (sec_pandas)
# %%
import os

import pandas as pd

os.makedirs(os.path.join('..', 'data'), exist_ok=True)
data_file = os.path.join('..', 'data', 'house_tiny.csv')
with open(data_file, 'w') as f:
    f.write('NumRooms,RoofType,Price\n'
            'NA,Slate,120000\n'
            '3,NA,90000\n'
            '5,NA,200000\n'
            'NA,NA,150000\n')
# %%
data = pd.read_csv(data_file)
inputs, outputs = data.iloc[:, 0:2], data.iloc[:, 2]
inputs = pd.get_dummies(inputs, dummy_na=True)
inputs = inputs.fillna(inputs.mean())
inputs
# %%
from mxnet import np

X, y = np.array(inputs.values.astype(float)), np.array(outputs.values.astype(float))
X, y
# %%
# rooms 4 (the mean of 3 and 5) where there were none; slate, then no word for the roof
assert X.tolist() == [[4, 1, 0], [3, 0, 1], [5, 0, 1], [4, 0, 1]]
assert y.tolist() == [120000, 90000, 200000, 150000]
