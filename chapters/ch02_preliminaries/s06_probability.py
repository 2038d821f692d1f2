"""Probability (概率)

Source: chapter_preliminaries/probability
"""
from mxnet import np

import d2lmx as d2l

SMOKE = dict(num_groups=50)

FAIR_PROBS = [1.0 / 6] * 6


def throw_die(num_throws):
    """How often each face comes up in a few throws, and its share of num_throws."""
    once = np.random.multinomial(1, FAIR_PROBS)
    ten_times = np.random.multinomial(10, FAIR_PROBS)
    counts = np.random.multinomial(num_throws, FAIR_PROBS).astype(np.float32)
    return {'counts of 1 throw': once.tolist(),
            'counts of 10 throws': ten_times.tolist(),
            f'shares in {num_throws} throws': (counts / num_throws).tolist()}


def law_of_large_numbers(num_groups, group_size):
    """Each face's share of all throws up to a group; (num_groups, 6)."""
    counts = np.random.multinomial(group_size, FAIR_PROBS, size=num_groups)
    cum_counts = counts.astype(np.float32).cumsum(axis=0)       # (num_groups, 6)
    return cum_counts / cum_counts.sum(axis=1, keepdims=True)


def plot_estimates(estimates):
    """Draw the estimates over the groups, with the true probability."""
    _, ax = d2l.plt.subplots(figsize=(6, 4.5))
    for i in range(6):
        ax.plot(estimates[:, i].asnumpy(), label=f'P(die={i + 1})')
    ax.axhline(y=1 / 6, color='black', linestyle='dashed')
    ax.set_xlabel('Groups of experiments')
    ax.set_ylabel('Estimated probability')
    ax.legend()


def hiv_tests():
    """What positive tests D1 and D2 say about an infection H of 15 people in 10000.

    Arrays hold the values for H = 0 and H = 1. Given H, the tests are independent.
    """
    P_H = np.array([0.9985, 0.0015])
    P_D1 = np.array([0.01, 1])                      # P(D1=1 | H)
    P_D2 = np.array([0.03, 0.98])                   # P(D2=1 | H)
    joint_D1, joint_D2, joint = P_D1 * P_H, P_D2 * P_H, P_D1 * P_D2 * P_H
    return {'P(D1=1, H)': joint_D1.tolist(),
            'P(D1=1)': joint_D1.sum().item(),
            'P(H=1 | D1=1)': (joint_D1[1] / joint_D1.sum()).item(),
            'P(D1=1, D2=1 | H)': (P_D1 * P_D2).tolist(),
            'P(D1=1, D2=1)': joint.sum().item(),
            'P(D1=1) P(D2=1)': (joint_D1.sum() * joint_D2.sum()).item(),
            'P(H=1 | D1=1, D2=1)': (joint[1] / joint.sum()).item()}


def run(*, num_throws: int = 1000, num_groups: int = 500, group_size: int = 10) -> dict:
    throws = throw_die(num_throws)
    estimates = law_of_large_numbers(num_groups, group_size)
    plot_estimates(estimates)
    return {**throws, f'shares after {num_groups} groups': estimates[-1].tolist(),
            'HIV tests': hiv_tests()}


if __name__ == '__main__':
    d2l.main(run)
