"""The site as the gateway mounts it: static files, headers, pages for problems."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response

from gateway.identity.rate_limit import Window
from gateway.web import (
    account,
    api_client_pages,
    case_transfer_pages,
    clock_pages,
    disclosures,
    display,
    export_pages,
    home,
    oidc_sign_in,
    registered,
    search,
    sign_in,
    styleguide,
    webhook_pages,
)
from gateway.web.assets import StaticAssets
from gateway.web.command_centre import board_pages, boundary_pages, comparisons, exports, federation, live, morning
from gateway.web.help import pages as help_pages
from gateway.web.inspection import (
    assignments,
    business_file,
    businesses,
    clues,
    corrections,
    corrections_overdue,
    facilities,
    grid,
    handovers,
    inspection_files,
    leniency,
    letters,
    paper_checks,
    patrols,
    public_draws,
    public_results,
    quarantine,
    random_draws,
    ratings,
    rewards,
    risk_grades,
    trainings,
    visit_forms,
    visit_plans,
    visit_records,
    visits,
)
from gateway.web.problem_pages import UnexpectedErrorPages, as_wanted
from gateway.web.sampling import (
    contests,
    disposals,
    draws,
    form_uploads,
    laboratory,
    plan_drafting,
    plans,
    plans_allocations,
    publications,
    published_tables,
    rapid_tests,
    result_uploads,
    rosters,
    sample_forms,
    sample_lists,
    samples,
    sampling_caps,
    sampling_tasks,
    task_orders,
    uploads,
    whistles,
)
from gateway.web.scoring import (
    assessed,
    assessments,
    credit,
    evaluation_clauses,
    evaluation_tasks,
    evaluations,
    indices,
    list_rounds,
    lists,
    self_reports,
    site_checks,
    site_draws,
    survey_board,
    surveys,
)
from gateway.web.security_headers import SecurityHeadersMiddleware
from gateway.web.terminal import companions as terminal_companions
from gateway.web.terminal import pages as terminal
from gateway.web.traceability import consumer, consumer_doubts, shop, shop_tickets, trace, trace_recalls, trace_records

PAGES: Sequence[APIRouter] = (
    home.router,
    search.router,
    clock_pages.router,
    disclosures.router,
    help_pages.router,
    consumer.router,
    consumer_doubts.router,
    sign_in.router,
    oidc_sign_in.router,
    account.router,
    export_pages.router,
    api_client_pages.router,
    webhook_pages.router,
    board_pages.router,
    comparisons.router,
    live.router,
    morning.router,
    exports.router,
    boundary_pages.router,
    federation.router,
    registered.router,
    uploads.router,
    rapid_tests.router,
    whistles.router,
    task_orders.router,
    sampling_tasks.router,
    draws.router,
    rosters.router,
    sample_forms.router,
    plan_drafting.router,
    plans.router,
    plans_allocations.router,
    sampling_caps.router,
    laboratory.router,
    result_uploads.router,
    sample_lists.router,
    form_uploads.router,
    samples.router,
    disposals.router,
    contests.router,
    case_transfer_pages.router,
    publications.router,
    published_tables.router,
    public_results.router,
    public_draws.router,
    random_draws.router,
    inspection_files.router,
    quarantine.router,
    visit_forms.router,
    visits.router,
    paper_checks.router,
    visit_plans.router,
    leniency.router,
    visit_records.router,
    clues.router,
    rewards.router,
    patrols.router,
    assignments.router,
    trainings.router,
    facilities.router,
    ratings.router,
    grid.router,
    handovers.router,
    evaluation_tasks.router,
    evaluation_clauses.router,
    site_checks.router,
    site_draws.router,
    assessed.router,
    assessments.router,
    indices.router,
    surveys.router,
    survey_board.router,
    evaluations.router,
    self_reports.router,
    list_rounds.router,
    lists.router,
    credit.router,
    risk_grades.router,
    businesses.router,
    business_file.router,
    letters.router,
    corrections_overdue.router,
    corrections.router,
    display.router,
    styleguide.router,
    terminal.router,
    terminal_companions.router,
    shop.router,
    shop_tickets.router,
    trace.router,
    trace_recalls.router,
    trace_records.router,
)
"""Every page of the site; the gateway lists them among its routers."""

Handler = Callable[[Request, Exception], Awaitable[Response]]


def install_site(app: FastAPI) -> None:
    """Mount static files and headers, and let a browser see its errors as pages; count what strangers send."""
    app.mount("/static", StaticAssets(), name="static")
    app.state.doubt_window = Window()
    app.state.live = live.Live()
    app.add_middleware(UnexpectedErrorPages)
    app.add_middleware(SecurityHeadersMiddleware)
    for case, handler in list(app.exception_handlers.items()):
        app.add_exception_handler(case, _also_as_page(cast(Handler, handler)))


def _also_as_page(handler: Handler) -> Any:
    """The same problem, as a page where a person's browser asked for one."""

    async def handle(request: Request, error: Exception) -> Response:
        return as_wanted(request, await handler(request, error))

    return handle
