"""The report in a real browser: links, pictures, sorting, search, switch, widths."""
import json
import shutil

import pytest

from d2lmx.report.site import write_report

from .conftest import SVG, run_record, write

PHONE, DESKTOP = (390, 844), (1280, 800)
TAKEN = '<script>document.title = "taken"</script>'


@pytest.fixture(scope='module')
def browser():
    """Debian's Chromium, headless, which logs what it asks for."""
    webdriver = pytest.importorskip(
        'selenium.webdriver', reason='needs selenium: pip install selenium')
    paths = [shutil.which(name) for name in ('chromium', 'chromedriver')]
    if None in paths:
        pytest.skip('needs Chromium: apt-get install chromium chromium-driver')
    options = webdriver.ChromeOptions()
    options.binary_location = paths[0]
    for word in ('--headless=new', '--no-sandbox', '--disable-dev-shm-usage',
                 '--disable-gpu'):
        options.add_argument(word)
    options.set_capability('goog:loggingPrefs', {'performance': 'ALL',
                                                 'browser': 'ALL'})
    driver = webdriver.Chrome(options, webdriver.ChromeService(paths[1]))
    yield driver
    driver.quit()


@pytest.fixture
def report(results, tmp_path):
    """Address of the folder of a report in which a file tries to run code."""
    write(results / 'own', run_record('', title=TAKEN, options={'x': TAKEN}))
    (results / 'own' / 'figures').mkdir()
    (results / 'own' / 'figures' / '1.svg').write_text(SVG % TAKEN)
    write_report(results, tmp_path / 'report')
    return (tmp_path / 'report').as_uri()


def sized(browser, size, scheme='light'):
    """The window, of that size, for a reader who prefers light or dark."""
    browser.execute_cdp_cmd('Emulation.setDeviceMetricsOverride', {
        'width': size[0], 'height': size[1], 'deviceScaleFactor': 1,
        'mobile': size == PHONE})
    browser.execute_cdp_cmd('Emulation.setEmulatedMedia', {'features': [
        {'name': 'prefers-color-scheme', 'value': scheme}]})


def texts(browser, selector):
    return browser.execute_script(
        'return Array.from(document.querySelectorAll(arguments[0]))'
        '.filter(e => e.offsetParent).map(e => e.innerText.trim())', selector)


def click(browser, selector):
    browser.execute_script('document.querySelector(arguments[0]).click()', selector)


def comes_true(browser, condition) -> bool:
    """Whether a condition holds within ten seconds: a page hears of some things late.
    """
    from selenium.common.exceptions import TimeoutException
    from selenium.webdriver.support.ui import WebDriverWait
    try:
        return bool(WebDriverWait(browser, 10).until(lambda _: condition()))
    except TimeoutException:
        return False


def all_pages(browser, report):
    """Addresses of the pages that links lead to from the first."""
    waiting, seen = [f'{report}/index.html'], []
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.append(address)
        browser.get(address)
        waiting += browser.execute_script(
            'return Array.from(document.links, a => a.href.split("#")[0])'
            '.filter(a => a.endsWith(".html"))')
    return seen


@pytest.mark.slow
def test_pages_pictures_and_widths(browser, report):
    sized(browser, DESKTOP)
    browser.get_log('performance')
    pages = all_pages(browser, report)
    assert len(pages) == 3 + 8  # six sections, two entries beside the book
    for address in pages:
        browser.get(address)
        assert 'taken' not in browser.title.split()[:1]
        for size in (DESKTOP, PHONE):
            sized(browser, size)
            assert browser.execute_script(
                'const page = document.documentElement;'
                'return page.scrollWidth - page.clientWidth') == 0, (address, size)
        assert browser.execute_async_script('''
            const done = arguments[0], images = Array.from(document.images);
            images.forEach(image => image.loading = 'eager');
            Promise.all(images.map(image => image.decode())).then(
                () => done('shown'), error => done(String(error)))''') == 'shown'
    asked = [json.loads(line['message'])['message'] for line
             in browser.get_log('performance')]
    addresses = [message['params']['request']['url'] for message in asked
                 if message['method'] == 'Network.requestWillBeSent']
    assert addresses and {a for a in addresses if not a.startswith(report)} == set()
    assert browser.get_log('browser') == []  # no error, nothing refused


def test_a_click_sorts_numbers_by_value_and_leaves_gaps_last(browser, report):
    sized(browser, DESKTOP)
    browser.get(f'{report}/index.html')
    time = '#sections thead th:nth-child(7)'
    shown = '#sections tbody td:nth-child(7)'
    click(browser, f'{time} button')
    first = texts(browser, shown)
    assert first == ['9.5 s'] + ['1 min 5 s'] * 5 + [''] * 2
    click(browser, f'{time} button')
    assert texts(browser, shown) == ['1 min 5 s'] * 5 + ['9.5 s'] + [''] * 2
    assert browser.execute_script('return document.querySelector(arguments[0])'
                                  '.getAttribute("aria-sort")', time) == 'descending'
    click(browser, '#sections thead th button')  # back to the book's order
    assert texts(browser, '#sections tbody td.number')[:6] == [
        '2.4', '3.6', '3.7', '6.6', '7.5', '9.7']


def test_search_and_states_choose_rows(browser, report):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    sized(browser, DESKTOP)
    browser.get(f'{report}/index.html')
    browser.find_element(By.TAG_NAME, 'body').send_keys('/')  # the key that leads there
    assert comes_true(browser, lambda: browser.switch_to.active_element
                      .get_attribute('id') == 'search')
    field = browser.switch_to.active_element
    field.send_keys('卷积')
    assert comes_true(browser, lambda: texts(browser, '#sections td.number') == ['6.6'])
    assert texts(browser, '#count') == ['1 of 8 sections']
    field.send_keys(' nowhere')
    assert comes_true(browser, lambda: texts(browser, '#nothing') == [
        'No section fits. Show all'])
    click(browser, '#clear')
    assert len(texts(browser, '#sections td.number')) == 8
    click(browser, 'button[data-state="inside"]')
    click(browser, 'button[data-state="outside"]')
    assert texts(browser, '#sections td.number') == ['3.6', '3.7']
    field.send_keys('concise', Keys.TAB)
    assert comes_true(browser, lambda: texts(browser, '#sections td.number') == ['3.7'])


def test_the_switch_is_remembered_and_begins_as_the_reader_prefers(browser, report):
    def paper():
        return browser.execute_script(
            'return getComputedStyle(document.body).backgroundColor')

    sized(browser, DESKTOP, 'light')
    browser.get(f'{report}/index.html')
    browser.execute_script('localStorage.clear()')
    browser.refresh()
    light = paper()
    sized(browser, DESKTOP, 'dark')
    dark = paper()
    assert light != dark
    pressed = ('return document.getElementById("theme").getAttribute("aria-pressed")')
    assert comes_true(browser, lambda: browser.execute_script(pressed) == 'true')
    click(browser, '#theme')
    assert (paper(), browser.execute_script(pressed)) == (light, 'false')
    browser.get(f'{report}/figures.html')
    assert paper() == light
    browser.execute_script('localStorage.clear()')


def test_a_figure_opens_and_closes_by_keys_and_gives_the_focus_back(browser, report):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    sized(browser, PHONE)
    browser.get(f'{report}/sections/06.06_lenet/index.html')
    button = browser.find_element(By.CLASS_NAME, 'enlarge')
    for way in ('button', 'escape'):
        button.send_keys(Keys.ENTER)
        assert comes_true(browser, lambda: browser.execute_script(
            'return document.querySelector("dialog").open'))
        browser.switch_to.active_element.send_keys(
            Keys.ENTER if way == 'button' else Keys.ESCAPE)
        assert comes_true(browser, lambda: not browser.find_elements(By.TAG_NAME,
                                                                     'dialog'))
        assert comes_true(browser, lambda: browser.switch_to.active_element == button)
