"""追溯."""

from services.traceability.byproduct_pacts.router import router as byproduct_pacts
from services.traceability.certificates.router import router as certificates
from services.traceability.certificates.seed import seed_certificate_forms
from services.traceability.code_grammars.router import router as code_grammars
from services.traceability.code_grammars.seed import seed_grammars
from services.traceability.code_scans.router import router as code_scans
from services.traceability.code_scans.seed import seed_thresholds
from services.traceability.codes.router import router as codes
from services.traceability.cold_chain.router import router as cold_chain
from services.traceability.cold_chain.seed import seed_temperature_limits
from services.traceability.consumer_views.router import router as consumer_views
from services.traceability.database import Base
from services.traceability.doubts.router import router as doubts
from services.traceability.doubts.subscribers import on_consumer_clue
from services.traceability.epcis_captures.jobs import CAPTURE
from services.traceability.epcis_captures.router import router as epcis_captures
from services.traceability.epcis_events.router import router as epcis_events
from services.traceability.epcis_queries.router import listing as epcis_listing
from services.traceability.epcis_queries.router import router as epcis_queries
from services.traceability.epcis_subscriptions.jobs import DELIVER
from services.traceability.epcis_subscriptions.router import router as epcis_subscriptions
from services.traceability.epcis_subscriptions.service import rebase_after_restore
from services.traceability.exported_lists import EXPORTS
from services.traceability.farm_inputs.router import router as farm_inputs
from services.traceability.figures.definitions import FIGURES
from services.traceability.figures.records import RECORD_FIGURES
from services.traceability.figures.subjects import SUBJECT_FIGURES
from services.traceability.figures.trades import TRADE_FIGURES
from services.traceability.findable_records import FINDABLES
from services.traceability.lots.router import router as lots
from services.traceability.lots.subscribers import on_rapid_test_failed, on_whistle_closed
from services.traceability.market_stalls.subscribers import on_business_related
from services.traceability.master_data.router import router as master_data
from services.traceability.productions.router import router as productions
from services.traceability.productions.seed import seed_yield_bands
from services.traceability.products.router import router as products
from services.traceability.products.seed import seed_chains
from services.traceability.purchase_alliances.router import router as purchase_alliances
from services.traceability.recall_requests.router import router as recall_requests
from services.traceability.recall_requests.subscribers import on_recall_requested, on_sample_concluded
from services.traceability.recalls.router import router as recalls
from services.traceability.record_checks.router import router as record_checks
from services.traceability.record_checks.seed import seed_record_rules
from services.traceability.resolver.router import resolving
from services.traceability.resolver.router import router as resolver_links
from services.traceability.settings import Settings
from services.traceability.shop_views.router import router as shop_views
from services.traceability.stocks.router import router as stocks
from services.traceability.subjects.router import router as subjects
from services.traceability.subjects.standing import recount_all
from services.traceability.subjects.subscribers import on_business
from services.traceability.ticket_uploads.jobs import IMPORT_TICKETS, SWEEP_TICKET_FILES
from services.traceability.ticket_uploads.router import router as ticket_uploads
from services.traceability.tickets.router import router as tickets
from services.traceability.traces.router import router as traces
from services.traceability.traces.seed import seed_limits
from shared.app import Service, create_app
from shared.clocks.sweep import SWEEP
from shared.contracts.codes import Unit
from shared.contracts.inspection import (
    BusinessChanged,
    BusinessMerged,
    BusinessMergeUndone,
    BusinessRegistered,
    BusinessRelated,
    ConsumerClueChanged,
)
from shared.contracts.sampling import RapidTestFailed, WhistleClosed
from shared.contracts.statutory_sampling import RecallRequested, SampleConcluded
from shared.regions.subscribers import SUBSCRIBERS as REGION_SUBSCRIBERS

service = Service(
    unit=Unit.TRACEABILITY,
    title="追溯",
    settings=Settings,
    metadata=Base.metadata,
    routers=[
        lots,
        recall_requests,
        codes,
        code_scans,
        code_grammars,
        resolver_links,
        resolving,
        epcis_events,
        epcis_captures,
        master_data,
        epcis_listing,
        epcis_queries,
        epcis_subscriptions,
        traces,
        recalls,
        subjects,
        stocks,
        record_checks,
        tickets,
        ticket_uploads,
        productions,
        certificates,
        cold_chain,
        farm_inputs,
        byproduct_pacts,
        purchase_alliances,
        products,
        consumer_views,
        doubts,
        shop_views,
    ],
    subscribers={
        **REGION_SUBSCRIBERS,
        RapidTestFailed.type: on_rapid_test_failed,
        WhistleClosed.type: on_whistle_closed,
        RecallRequested.type: on_recall_requested,
        SampleConcluded.type: on_sample_concluded,
        BusinessRegistered.type: on_business,
        BusinessChanged.type: on_business,
        BusinessMerged.type: on_business,
        BusinessMergeUndone.type: on_business,
        BusinessRelated.type: on_business_related,
        ConsumerClueChanged.type: on_consumer_clue,
    },
    jobs=[SWEEP, CAPTURE, DELIVER, IMPORT_TICKETS, SWEEP_TICKET_FILES],
    figures=(*FIGURES, *SUBJECT_FIGURES, *TRADE_FIGURES, *RECORD_FIGURES),
    findables=FINDABLES,
    exports=EXPORTS,
    seeds=[
        rebase_after_restore,
        seed_thresholds,
        seed_grammars,
        seed_limits,
        seed_record_rules,
        seed_yield_bands,
        seed_certificate_forms,
        seed_temperature_limits,
        seed_chains,
        recount_all,
    ],
)

app = create_app(service)
