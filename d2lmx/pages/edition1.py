"""The sections of the printed first edition, and where their subjects are here."""
import difflib
import re
from dataclasses import dataclass

from ..errors import InputError

# number, page, numbers of the second edition; * is text without code
TABLE = '''
2.1*  install                            -              安装与运行
2.2   ndarray                            2.1            数据操作
2.3   autograd                           2.5            自动求梯度
2.4   lookup-api                         2.7            查阅文档
3.1   linear-regression                  3.1            线性回归
3.2   linear-regression-scratch          3.2            线性回归，从零开始
3.3   linear-regression-gluon            3.3            线性回归，用Gluon
3.4*  softmax-regression                 3.4            softmax回归
3.5   fashion-mnist                      3.5            图像分类数据集
3.6   softmax-regression-scratch         3.6            softmax回归，从零开始
3.7   softmax-regression-gluon           3.7            softmax回归，用Gluon
3.8   mlp                                4.1            多层感知机
3.9   mlp-scratch                        4.2            多层感知机，从零开始
3.10  mlp-gluon                          4.3            多层感知机，用Gluon
3.11  underfit-overfit                   4.4            欠拟合和过拟合
3.12  weight-decay                       4.5            权重衰减
3.13  dropout                            4.6            丢弃法
3.14* backprop                           4.7            反向传播
3.15* numerical-stability-and-init       4.8            数值稳定性和初始化
3.16  kaggle-house-price                 4.10           房价预测
4.1   model-construction                 5.1            模型构造
4.2   parameters                         5.2            模型参数
4.3   deferred-init                      5.3            延后初始化
4.4   custom-layer                       5.4            自定义层
4.5   read-write                         5.5            读取和存储
4.6   use-gpu                            5.6            GPU计算
5.1   conv-layer                         6.2            二维卷积层
5.2   padding-and-strides                6.3            填充和步幅
5.3   channels                           6.4            多个通道
5.4   pooling                            6.5            池化层
5.5   lenet                              6.6            LeNet
5.6   alexnet                            7.1            AlexNet
5.7   vgg                                7.2            VGG
5.8   nin                                7.3            NiN
5.9   googlenet                          7.4            GoogLeNet
5.10  batch-norm                         7.5            批量归一化
5.11  resnet                             7.6            ResNet
5.12  densenet                           7.7            DenseNet
6.1*  lang-model                         8.3            语言模型
6.2   rnn                                8.4            循环神经网络
6.3   lang-model-dataset                 8.2,8.3        歌词数据集
6.4   rnn-scratch                        8.5            循环神经网络，从零开始
6.5   rnn-gluon                          8.6            循环神经网络，用Gluon
6.6*  bptt                               8.7            通过时间反向传播
6.7   gru                                9.1            门控循环单元
6.8   lstm                               9.2            长短期记忆
6.9*  deep-rnn                           9.3            深度循环神经网络
6.10* bi-rnn                             9.4            双向循环神经网络
7.1   optimization-intro                 11.1           优化与深度学习
7.2   gd-sgd                             11.3,11.4      梯度下降和随机梯度下降
7.3   minibatch-sgd                      11.5           小批量随机梯度下降
7.4   momentum                           11.6           动量法
7.5   adagrad                            11.7           AdaGrad
7.6   rmsprop                            11.8           RMSProp
7.7   adadelta                           11.9           AdaDelta
7.8   adam                               11.10          Adam
8.1   hybridize                          12.1           命令式和符号式编程
8.2   async-computation                  12.2           异步计算
8.3   auto-parallelism                   12.3           自动并行计算
8.4   multiple-gpus                      12.5           多GPU计算
8.5   multiple-gpus-gluon                12.6           多GPU计算，用Gluon
9.1   image-augmentation                 13.1           图像增广
9.2   fine-tuning                        13.2           微调
9.3   bounding-box                       13.3           边界框
9.4   anchor                             13.4           锚框
9.5   multiscale-object-detection        13.5           多尺度目标检测
9.6   object-detection-dataset           13.6           目标检测数据集
9.7   ssd                                13.7           SSD
9.8   rcnn                               13.8           R-CNN
9.9   semantic-segmentation-and-dataset  13.9           语义分割
9.10  fcn                                13.10,13.11    全卷积网络
9.11  neural-style                       13.12          样式迁移
9.12  kaggle-gluon-cifar10               13.13          CIFAR-10竞赛
9.13  kaggle-gluon-dog                   13.14          狗的品种竞赛
10.1* word2vec                           14.1           词嵌入
10.2* approx-training                    14.2           近似训练
10.3  word2vec-gluon                     14.3,14.4      word2vec，用Gluon
10.4* fasttext                           14.6           fastText
10.5* glove                              14.5           GloVe
10.6  similarity-analogy                 14.7           近义词和类比词
10.7  sentiment-analysis-rnn             15.1,15.2      情感分类，循环神经网络
10.8  sentiment-analysis-cnn             15.3           情感分类，卷积神经网络
10.9* seq2seq                            9.6,9.7        编码器和解码器
10.10* beam-search                       9.8            束搜索
10.11* attention                         10.1,10.2,10.3,10.4  注意力机制
10.12 machine-translation                9.5,10.4       机器翻译
'''


@dataclass(frozen=True)
class Printed:
    """A section of the first edition."""

    number: str      # '5.5'
    page: str        # 'lenet', as its file is called there
    title_zh: str    # in our words
    second: tuple    # numbers in the second edition: ('6.6',)
    has_code: bool


def printed() -> list:
    """All sections of the first edition in its order."""
    rows = (line.split(maxsplit=3) for line in TABLE.strip().splitlines())
    return [Printed(number.rstrip('*'), page, title,
                    () if second == '-' else tuple(second.split(',')),
                    not number.endswith('*'))
            for number, page, second, title in rows]


def find(token: str) -> Printed:
    """The section with a number ('5.5') or name of the first edition ('mlp-gluon').

    InputError lists its chapter, or suggests the nearest names.
    """
    wanted = token.strip().lower().replace('_', '-')
    if re.fullmatch(r'\d+\.\d+', wanted):
        wanted = '.'.join(str(int(part)) for part in wanted.split('.'))
    index = printed()
    for section in index:
        if wanted in (section.number, section.page):
            return section
    chapter, dot, _ = wanted.partition('.')
    near = ([s.number for s in index if s.number.startswith(f'{chapter}.')] if dot else
            difflib.get_close_matches(wanted, [s.page for s in index], cutoff=0.5))
    raise InputError(f'no section {token!r} in the first edition: '
                     + (f'there are {", ".join(near)}; ' if near else '')
                     + '`d2lmx list --edition 1` shows all')


def of_chapter(chapter: str) -> list:
    """The sections of its chapter 'ch5', 'ch05' or '5'; InputError without."""
    wanted = chapter.lower().removeprefix('ch').lstrip('0')
    found = [s for s in printed() if s.number.partition('.')[0] == wanted]
    if not found:
        raise InputError(f'no chapter {chapter!r} in the first edition\'s list: there '
                         'are 2 to 10')
    return found
